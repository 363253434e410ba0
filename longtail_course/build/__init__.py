"""Builds, executes and checks the lessons; part of the course, not of the library's wheel.

A lesson is edited in one place, `notebooks/source/NN_name.py`. From it come the learner's
notebook and the solutions. `python -m longtail_course.build --help` lists the commands, and
`docs/authoring.md` says how a source is written.
"""
