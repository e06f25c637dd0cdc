#! /usr/bin/env python3
# What test.py runs in an ns-3 tree and ctest elsewhere: (command, do_run, do_valgrind_run)
cpp_examples = [
]
python_examples = []
