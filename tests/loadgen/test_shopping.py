"""Claims about what shoppers choose."""

from random import Random

from loadgen.shape import Basket, Firms
from loadgen.shopping import DECLINED_CARD, Taste, buyable, has


def shopper(seed: int) -> Taste:
    """Return a shopper who always chooses alike."""
    return Taste(Random(seed))  # noqa: S311 -- the same choices again


def test_purchases_have_one_to_three_distinct_lines_of_what_is_offered() -> None:
    """Every checkout is one that the platform accepts: distinct products, small quantities."""
    taste = shopper(1)
    skus = [f"SKU-{number}" for number in range(12)]
    for _ in range(500):
        purchase = taste.purchase(skus)
        bought = [sku for sku, _ in purchase.lines]
        assert 1 <= len(bought) <= 3
        assert len(set(bought)) == len(bought)
        assert set(bought) <= set(skus)
        assert all(1 <= quantity <= 3 for _, quantity in purchase.lines)


def test_in_a_rush_most_buy_a_lot_of_the_same() -> None:
    """The share that the shape names takes the first product, in the shape's quantities."""
    taste, skus = shopper(3), [f"SKU-{number}" for number in range(12)]
    wanted = [taste.favourite(skus, Basket(0.6, (10, 60))) for _ in range(2000)]
    bulk = [purchase.lines for purchase in wanted if purchase is not None]
    assert 0.55 < len(bulk) / len(wanted) < 0.65
    assert {sku for ((sku, _),) in bulk} == {"SKU-0"}
    assert {units for ((_, units),) in bulk} == set(range(10, 61))
    assert taste.favourite([], Basket(1, (10, 60))) is None


def test_whoever_orders_for_a_firm_orders_for_the_same_one_all_the_time() -> None:
    """With few firms many shoppers share one; without any, each orders for itself."""
    shoppers = [shopper(seed) for seed in range(200)]
    firms = Firms(count=6, look_share=0.4, page=60)
    assert {taste.orders_for(firms) for taste in shoppers} == {f"firm-{number:02d}" for number in range(6)}
    assert all(taste.orders_for(firms) == taste.orders_for(firms) for taste in shoppers)
    assert all(taste.orders_for(None) == taste.customer_id for taste in shoppers)


def test_one_to_two_percent_of_the_cards_are_declined() -> None:
    """The share of cards that the network declines stays within what the platform's objectives expect."""
    taste = shopper(2)
    cards = [taste.card() for _ in range(20_000)]
    assert 0.01 < cards.count(DECLINED_CARD) / len(cards) < 0.02


def test_idempotency_keys_do_not_repeat() -> None:
    """Two purchases never share a key, whoever makes them."""
    keys = {taste.idempotency_key() for taste in map(shopper, range(50)) for _ in range(20)}
    assert len(keys) == 1000


def test_only_what_is_in_stock_is_bought() -> None:
    """A product that the list shows as sold out is left alone."""
    assert buyable({"products": [{"sku": "A", "available": 0}, {"sku": "B", "available": 2}]}) == ["B"]
    assert buyable({}) == []
    assert [has({"sku": "A", "available": 9}, quantity) for quantity in (9, 10)] == [True, False]
