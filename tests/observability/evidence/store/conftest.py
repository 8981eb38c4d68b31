"""The cases of the contract explain their failures as tests do."""

import pytest

pytest.register_assert_rewrite("tests.support.evidence_contract.cases")
