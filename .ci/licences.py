#!/usr/bin/env python3
"""Lists what ships with its licence, from CycloneDX files; ends with 1 where something has none."""

import json
import sys


def of_component(component):
    names = []
    for choice in component.get("licenses", []):
        licence = choice.get("license", {})
        names.append(choice.get("expression") or licence.get("id") or licence.get("name") or "")
    return component.get("group", ""), component["name"], component.get("version", ""), " or ".join(filter(None, names))


def shipped(file):
    with open(file, encoding="utf-8") as content:
        return [of_component(component) for component in json.load(content)["components"]]


def main(files):
    rows = sorted({row for file in files for row in shipped(file)})
    for group, name, version, licence in rows:
        print(f"{group}{':' if group else ''}{name} {version}: {licence}")
    unknown = [name for _, name, _, licence in rows if not licence]
    if unknown:
        print("Without a licence: " + ", ".join(unknown), file=sys.stderr)
    return 1 if unknown or not rows else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
