"""Small wheels in a folder that stands for a package registry."""

import base64
import hashlib
import zipfile

from longtail_lib.data._fetch_wheels import Wheel


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def make_wheel(folder, name, members, version="1.0"):
    """A wheel that pip takes; an import of what it holds would end the test."""
    folder.mkdir(exist_ok=True)
    members = {f"{name}/__init__.py": b"raise SystemExit('imported')", **members}
    about = f"{name}-{version}.dist-info"
    members[f"{about}/METADATA"] = (
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
    )
    members[f"{about}/WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    rows = []
    for member, content in members.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        rows.append(f"{member},sha256={digest},{len(content)}\n")
    members[f"{about}/RECORD"] = "".join([*rows, f"{about}/RECORD,,\n"]).encode()
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as file:
        for member, content in members.items():
            file.writestr(member, content)
    return Wheel(f"{name}=={version}", path.name, sha256(path.read_bytes()))
