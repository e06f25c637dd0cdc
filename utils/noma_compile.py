# SPDX-License-Identifier: GPL-2.0-only
"""How the sources of a build are compiled."""

import json
import os
import re


def commands(build):
    """Entries of compile_commands.json as if each source were compiled alone: one of a batch
    (CMAKE_UNITY_BUILD) has the command of the batch with its own name in it, and none reads CMake's
    precompiled header.

    Args:
        build: folder of a configured build.

    Returns:
        list of entries; "output" is where the object is, or that of the batch.
    """
    with open(f"{build}/compile_commands.json", encoding="utf-8") as stream:
        entries = json.load(stream)
    alone = []
    for entry in entries:
        batch = entry["file"]
        if "cmake_pch" in batch:
            continue
        entry["command"] = re.sub(r"-Winvalid-pch|-include \S+cmake_pch\.hxx", "", entry["command"])
        entry.setdefault("output", re.search(r" -o (\S+)", entry["command"]).group(1))
        names = [batch]
        if os.path.basename(os.path.dirname(batch)) == "Unity":
            with open(batch, encoding="utf-8") as stream:
                names = re.findall(r'^#include "(.*)"$', stream.read(), re.MULTILINE)
        alone += [{**entry, "file": name, "command": entry["command"].replace(batch, name)} for name in names]
    return alone
