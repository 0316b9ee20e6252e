# The key of a directory as docs/keys.md describes it, made from nothing but that page.
import hashlib
import os
import stat
import sys

KINDS = {
    stat.S_IFDIR: b'directory',
    stat.S_IFREG: b'file',
    stat.S_IFLNK: b'symlink',
    stat.S_IFBLK: b'block-device',
    stat.S_IFCHR: b'character-device',
    stat.S_IFIFO: b'fifo',
    stat.S_IFSOCK: b'socket',
}


def content_digest(path):
    data = open(path, 'rb').read()
    if not data:
        return b''
    others, edges, inside = hashlib.sha256(), [], False
    for at in range(0, len(data), 4096):
        block = data[at:at + 4096]
        zero = not any(block)
        if zero != inside:
            edges.append(at)
            inside = zero
        if not zero:
            others.update(block)
    if not edges:
        return others.hexdigest().encode()
    places = hashlib.sha256(b''.join(at.to_bytes(8, 'little') for at in edges))
    return hashlib.sha256(others.digest() + places.digest()).hexdigest().encode()


def number(value):
    return str(value).encode()


top = os.fsencode(sys.argv[1])
lines, first = [b'isopress tree v1'], {}


def add(path):
    whole = os.path.join(top, path) if path else top
    found = os.lstat(whole)
    is_directory = stat.S_ISDIR(found.st_mode)
    known = first.setdefault((found.st_dev, found.st_ino), path)
    if not is_directory and known != path:
        lines.append(b'\0'.join([path, b'link', known]))
        return
    seconds, nanoseconds = divmod(found.st_mtime_ns, 10**9)
    fields = [path, KINDS[stat.S_IFMT(found.st_mode)], b'%o' % stat.S_IMODE(found.st_mode)]
    fields += map(number, [found.st_uid, found.st_gid, seconds, nanoseconds])
    if stat.S_ISREG(found.st_mode):
        fields += [number(found.st_size), content_digest(whole)]
    elif stat.S_ISLNK(found.st_mode):
        fields.append(os.readlink(whole))
    elif not is_directory:
        fields += [number(os.major(found.st_rdev)), number(os.minor(found.st_rdev))]
    for name in sorted(map(os.fsencode, os.listxattr(whole, follow_symlinks=False))):
        fields += [name, os.getxattr(whole, name, follow_symlinks=False).hex().encode()]
    lines.append(b'\0'.join(fields))
    if is_directory:
        for name in sorted(os.listdir(whole)):
            add(path + b'/' + name if path else name)


add(b'')
print(hashlib.sha256(b''.join(line + b'\n' for line in lines)).hexdigest())
