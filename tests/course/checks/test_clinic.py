"""Each patient of the clinic fails the one property it should, and passes the others."""

import pytest

from longtail_course.checks.clinic import CASES, PATIENTS
from longtail_course.checks.measuring import diagnosis
from longtail_lib.evaluation.metrics.exposure import coverage, exposure

ACCURACY, VARIETY = ("A: MRR", "C: NDCG", "D: NDCG"), ("B: coverage", "E: entropy")


def number(name, case):
    return PATIENTS[name](*CASES[case])


def faults(name):
    found = set()
    if any(not 0 <= number(name, case) <= 1 for case in CASES):
        found.add("leaves the range")
    if name in ACCURACY:
        if number(name, "ideal lists") != pytest.approx(1):
            found.add("denies the ideal list")
        if number(name, "one user served") >= number(name, "two users served"):
            found.add("rises when hits are lost")
    elif number(name, "a list for each") <= number(name, "one list for all"):
        found.add("falls with variety")
    return found or {"healthy"}


@pytest.mark.parametrize("name", PATIENTS)
def test_diagnosis_is_what_the_properties_find(name):
    assert faults(name) == {diagnosis.solution[name[0]]}


def test_every_patient_is_examined_and_every_finding_used_once():
    assert set(ACCURACY + VARIETY) == set(PATIENTS)
    assert len(set(diagnosis.solution.values())) == len(PATIENTS)


def test_cases_are_what_their_names_say():
    lists, relevant, _ = CASES["ideal lists"]
    for row, own in zip(lists, relevant.toarray(), strict=True):
        found = own[row]
        assert found.sum() == min(own.sum(), len(row))
        assert (found[:-1] >= found[1:]).all()
    lists, _, train = CASES["cold items shown"]
    assert set(lists.ravel()) - set(train.indices)
    few, many = (coverage(exposure(CASES[name][0], 12)) for name in list(CASES)[3:5])
    assert many > few
