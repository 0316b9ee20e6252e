"""Makes random awkward trees, or archives, each from a seed and under its name: make.py tree|archive DIRECTORY SEED…"""
import io
import os
import random
import stat
import subprocess
import sys
import tarfile

what, directory, *seeds = sys.argv[1:]
r = random.Random()
NAMES = ["a", "b", "sp ace", "ü", "-dash", "n" * 99, "n" * 100, "m" * 101, "x" * 155, "l" * 255, "%41", "q'\"", "back\\slash", "*", ".hid", "..x", "=e", "#c"]
TIMES = [0, 1, -1, -5, 1_700_000_000, 2**33, 2**31, -(2**31), 8_589_934_591, 8_589_934_592]
IDS = [0, 1, 1000, 65534, 0o7777777, 0o10000000, 4_294_967_294]
RAW = [b"lat\xe9", b"\xff\xfe", b"c\xc3"]


def content():
    size = r.choice([0, 1, 511, 512, 513, 1024, 10_000, 70_000])
    return bytes(r.randrange(256) for _ in range(min(size, 64))) * (size // 64 + 1) if size else b""


def make_tree(top):
    os.mkdir(top)
    dirs = [os.fsencode(top)]
    files = []
    for _ in range(r.randrange(4, 14)):
        name = os.fsencode(r.choice(NAMES)) if r.random() < 0.85 else r.choice(RAW)
        full = os.path.join(r.choice(dirs), name)
        if os.path.lexists(full) or len(full) > 1500:
            continue
        kind = r.choice(["file", "file", "file", "dir", "dir", "link", "sparse", "fifo", "char", "block", "hard"])
        if kind == "dir":
            os.mkdir(full)
            dirs.append(full)
        elif kind == "link":
            os.symlink(r.choice(["t", "/abs/" + "t" * 99, "../" * 40 + "x", "ü"]), full)
        elif kind == "fifo":
            os.mkfifo(full)
        elif kind in ("char", "block"):
            os.mknod(full, 0o600 | (stat.S_IFCHR if kind == "char" else stat.S_IFBLK), os.makedev(r.choice([1, 8, 255, 511]), r.choice([0, 3, 255, 4095])))
        elif kind == "hard" and files:
            os.link(r.choice(files), full)
            continue
        else:
            with open(full, "wb") as f:
                if kind == "sparse":
                    at = 0
                    for _ in range(r.choice([1, 3, 5, 30])):
                        at += r.choice([4096, 65536, 1 << 20])
                        f.seek(at)
                        f.write(b"data" * r.choice([1, 1024]))
                        at = f.tell()
                    f.truncate(at + r.choice([0, 1, 100_000]))
                else:
                    f.write(content())
            files.append(full)
            if r.random() < 0.4:
                os.setxattr(full, r.choice(["user.a", "user.p%q", "trusted.t", "user.e=f", "user.ü"]), bytes(r.randrange(256) for _ in range(r.choice([0, 1, 30]))))
            if r.random() < 0.2:
                subprocess.run(["setfacl", "-m", r.choice(["u:1234:r", "g:70000:rwx", "u:0:rw,g:5:r"]), os.fsdecode(full)], check=True)
        os.chown(full, r.choice(IDS), r.choice(IDS), follow_symlinks=False)
        if kind != "link":
            mode = r.choice([0o644, 0o755, 0o4711, 0o2750, 0o1777, 0o600])
            if not has_acl(full):
                os.chmod(full, mode)
    for root, subdirs, names in os.walk(os.fsencode(top), topdown=False):
        for name in names + subdirs:
            t = r.choice(TIMES) * 10**9 + r.choice([0, 0, 1, 123_456_789, 999_999_999])
            try:
                os.utime(os.path.join(root, name), ns=(t, t), follow_symlinks=False)
            except OSError:
                pass


def has_acl(full):
    return any(name.startswith("system.posix_acl") for name in os.listxattr(full))


def make_archive(out):
    form = r.choice([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
    start = r.choice(["", "./", "././", ".//", "/"])
    seen = []
    with tarfile.open(out, "w", format=form, encoding="utf-8", errors="surrogateescape") as t:
        for _ in range(r.randrange(1, 12)):
            parts = [r.choice(["a", "b", "c", "d" * 60, "ü"]) for _ in range(r.randrange(1, 4))]
            info = tarfile.TarInfo(start + r.choice(["/", "//", "/./"]).join(parts))
            kind = r.choice(["file", "file", "file", "dir", "link", "hard", "fifo"])
            info.mode = r.choice([0o644, 0o755, 0o600])
            info.mtime = r.choice([0, 5, 1_700_000_000, 1_600_000_000.25 if form == tarfile.PAX_FORMAT else 7])
            info.uid, info.gid = r.choice([0, 1000]), r.choice([0, 5])
            data = b""
            if kind == "dir":
                info.type, info.mode = tarfile.DIRTYPE, 0o755
            elif kind == "link":
                info.type, info.linkname = tarfile.SYMTYPE, r.choice(["nowhere", "x/y"])
            elif kind == "fifo":
                info.type = tarfile.FIFOTYPE
            elif kind == "hard" and seen:
                info.type, info.linkname = tarfile.LNKTYPE, r.choice(seen)
            else:
                data = content()
                info.size = len(data)
                info.type = r.choice([tarfile.REGTYPE, tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE])
                seen.append(info.name)
            try:
                t.addfile(info, io.BytesIO(data))
            except ValueError:
                pass


for seed in seeds:
    r.seed(int(seed))
    path = os.path.join(directory, seed)
    make_tree(path) if what == "tree" else make_archive(path)
