"""Judging the judge: a proof has to let every right repair pass, and no wrong one."""
