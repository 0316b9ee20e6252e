//! The file-system modules against the kernel, on scratch files.

use isopress_native::fs::digests::{Kind, digests};
use isopress_native::fs::entries::Directory;
use isopress_native::fs::gather::{self, Range};
use isopress_native::fs::holes::{self, Hole};
use isopress_native::fs::open::{self, Identity};
use isopress_native::fs::{errno_name, xattr};
use isopress_native::memory::{Room, Shared};
use md5::Md5;
use sha2::{Digest, Sha256};
use std::ffi::CString;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// A separate directory for each test, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("isopress-native-{}-{name}", std::process::id()));
        fs::create_dir(&path).expect("a scratch directory can be made");
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A file of `size` bytes, sparse except for one byte at each of `written`.
    fn sparse(&self, name: &str, size: u64, written: &[u64]) -> PathBuf {
        let path = self.path(name);
        let mut file = File::create(&path).expect("a file can be made");
        file.set_len(size).expect("it can be grown");
        for &at in written {
            file.seek(SeekFrom::Start(at)).expect("it can be positioned");
            file.write_all(b"x").expect("it can be written");
        }
        file.sync_all().expect("it can be synced");
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_bytes()
}

/// Whether the file system accepted the attribute.
#[cfg(target_os = "linux")]
fn set(path: &Path, name: &str, value: &[u8]) -> bool {
    let path = CString::new(bytes(path)).expect("no zero byte");
    let name = CString::new(name).expect("no zero byte");
    // SAFETY: path and name end in zero, the value is readable for its length.
    unsafe { libc::lsetxattr(path.as_ptr(), name.as_ptr(), value.as_ptr().cast(), value.len(), 0) == 0 }
}

#[test]
fn holes_lie_around_the_data() {
    let scratch = Scratch::new("holes");
    const MIB: u64 = 1 << 20;
    let path = scratch.sparse("sparse", 8 * MIB, &[3 * MIB]);
    let found = holes::find(bytes(&path), 8 * MIB, None).expect("the file can be searched");
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0].at, 0);
    assert_eq!(found[0].length, 3 * MIB);
    assert!(found[1].at > 3 * MIB);
    assert_eq!(found[1].at + found[1].length, 8 * MIB);
}

#[test]
fn holes_end_where_the_caller_or_the_file_ends() {
    let scratch = Scratch::new("clamp");
    let path = scratch.sparse("empty", 1 << 20, &[]);
    assert_eq!(holes::find(bytes(&path), 5000, None).unwrap(), [Hole { at: 0, length: 5000 }]);
    assert_eq!(holes::find(bytes(&path), u64::MAX, None).unwrap(), [Hole { at: 0, length: 1 << 20 }]);
    assert_eq!(holes::find(bytes(&path), 0, None).unwrap(), []);
}

#[test]
fn only_regular_files_are_searched() {
    let scratch = Scratch::new("kinds");
    let file = scratch.sparse("file", 10, &[]);
    let link = scratch.path("link");
    symlink(&file, &link).unwrap();
    let code = |path: &[u8]| errno_name(&holes::find(path, 10, None).unwrap_err());
    assert_eq!(code(bytes(&link)), "ELOOP");
    assert_eq!(code(bytes(&scratch.0)), "EINVAL");
    assert_eq!(code(bytes(&scratch.path("none"))), "ENOENT");
    assert_eq!(code(b"/dev/null"), "EINVAL");
}

#[cfg(target_os = "linux")]
#[test]
fn attributes_of_any_length_and_any_bytes() {
    let scratch = Scratch::new("xattrs");
    let file = scratch.sparse("file", 0, &[]);
    if !set(&file, "user.empty", b"") {
        return eprintln!("the scratch file system has no extended attributes");
    }
    let long = vec![0xa5; 2000];
    assert!(set(&file, "user.long", &long));
    assert!(set(&file, "user.binary", b"\0\xff\0"));
    let mut found = xattr::read_all(bytes(&file)).unwrap();
    found.retain(|(name, _)| name.starts_with(b"user."));
    found.sort();
    let expected: [(&[u8], &[u8]); 3] = [(b"user.binary", b"\0\xff\0"), (b"user.empty", b""), (b"user.long", &long)];
    assert_eq!(found.iter().map(|(n, v)| (&n[..], &v[..])).collect::<Vec<_>>(), expected);
}

#[cfg(target_os = "linux")]
#[test]
fn a_list_longer_than_the_first_guess() {
    let scratch = Scratch::new("many");
    let file = scratch.sparse("file", 0, &[]);
    for i in 0..20 {
        if !set(&file, &format!("user.{:030}", i), &[i]) {
            return eprintln!("the scratch file system has no extended attributes");
        }
    }
    let found = xattr::read_all(bytes(&file)).unwrap();
    assert_eq!(found.iter().filter(|(name, _)| name.starts_with(b"user.")).count(), 20);
}

#[cfg(target_os = "linux")]
#[test]
fn a_link_has_its_own_attributes() {
    let scratch = Scratch::new("links");
    let file = scratch.sparse("file", 0, &[]);
    let link = scratch.path("link");
    symlink(&file, &link).unwrap();
    let of_link = |name: &[u8]| xattr::read_all(bytes(&link)).unwrap().into_iter().any(|(found, _)| found == name);
    if set(&file, "user.on-file", b"1") {
        assert!(!of_link(b"user.on-file"));
    }
    // Only the superuser may set these, and links take no others.
    if set(&link, "trusted.on-link", b"1") {
        assert!(of_link(b"trusted.on-link"));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn beginning_at_a_directory_and_by_path_give_the_same_attributes() {
    let scratch = Scratch::new("beginnings");
    let file = scratch.sparse("file", 0, &[]);
    let link = scratch.path("link");
    symlink(&file, &link).unwrap();
    for (name, value) in [("user.long", &[7; 3000][..]), ("user.empty", &[])] {
        if !set(&file, name, value) {
            return eprintln!("the scratch file system has no extended attributes");
        }
    }
    set(&link, "trusted.on-link", b"1");
    let directory = Directory::open(bytes(&scratch.0), None).unwrap();
    for name in ["file", "link", "."] {
        let found = directory.look(name.as_bytes(), true).unwrap().attributes;
        assert_eq!(found, xattr::read_all(bytes(&scratch.path(name))).unwrap(), "{name}");
    }
}

#[test]
fn impossible_paths_are_errors() {
    let code = |path: &[u8]| errno_name(&xattr::read_all(path).unwrap_err());
    assert_eq!(code(b""), "ENOENT");
    assert_eq!(code(b"/a\0b"), "EINVAL");
    assert_eq!(code(&vec![b'a'; 1 << 20]), "ENAMETOOLONG");
}

#[test]
fn ranges_of_files_are_gathered_and_the_first_that_differs_is_named() {
    let scratch = Scratch::new("gather");
    fs::write(scratch.path("a"), b"abcdef").expect("a file can be made");
    fs::write(scratch.path("b"), b"12").expect("a file can be made");
    let range = |name: &str, at, length, into, ends| Range {
        path: bytes(&scratch.path(name)).to_vec(),
        at,
        length,
        into,
        ends,
        follow: false,
        expected: None,
    };
    let memory = Shared::allocate(100).expect("there is memory");
    // SAFETY: the memory is alive, and nothing writes to it while the slice is looked at.
    let all = || unsafe { std::slice::from_raw_parts(memory.start(), memory.length()) };
    let mut room = Room::of(all()).expect("it is ours");
    let ranges = [range("b", 0, 2, 0, true), range("a", 2, 3, 10, false), range("a", 6, 0, 50, true)];
    assert_eq!(gather::read(&ranges, &mut room), None);
    assert_eq!((&all()[..3], &all()[9..14]), (&b"12\0"[..], &b"\0cde\0"[..]));
    let two_of_one = [range("a", 0, 4, 20, false), range("a", 4, 2, 30, true)];
    assert_eq!(gather::read(&two_of_one, &mut room), None);
    assert_eq!((&all()[20..25], &all()[30..33]), (&b"abcd\0"[..], &b"ef\0"[..]));
    assert_eq!(gather::read(&[range("a", 0, 4, 20, false), range("a", 4, 1, 30, true)], &mut room), Some(1));
    for wrong in [
        range("b", 0, 3, 0, true),
        range("b", 0, 1, 0, true),
        range("b", 1, 2, 0, false),
        range("nothing", 0, 1, 0, false),
        range("b", 0, 2, 99, true),
        range("", 0, 1, 0, false),
    ] {
        assert_eq!(gather::read(&[range("b", 0, 2, 0, true), wrong], &mut room), Some(1));
    }
}

#[test]
fn identities_leave_out_blocks_of_zeros_and_files_that_are_not_as_expected() {
    let scratch = Scratch::new("identities");
    let mut mixed = vec![b'x'; 3 * 4096];
    mixed[4096..8192].fill(0);
    for (name, content) in [("plain", &b"abc"[..]), ("mixed", &mixed), ("empty", b"")] {
        fs::write(scratch.path(name), content).expect("a file can be made");
    }
    let path = |name: &str| bytes(&scratch.path(name)).to_vec();
    let whole = |name: &str, length, expected| Range {
        path: path(name),
        at: 0,
        length,
        into: 0,
        ends: true,
        follow: false,
        expected,
    };
    let other = Some(Identity { device: 1.0, inode: 1.0 });
    let ranges = [
        whole("mixed", mixed.len(), None),
        whole("missing", 3, None),
        whole("plain", 3, None),
        whole("plain", 2, None),
        whole("plain", 3, other),
        whole("empty", 0, None),
    ];
    let found = digests(&ranges, Kind::Identity);
    let edges = Sha256::new().chain_update(4096u64.to_le_bytes()).chain_update(8192u64.to_le_bytes()).finalize();
    let both = Sha256::new().chain_update(Sha256::digest(vec![b'x'; 2 * 4096])).chain_update(edges).finalize();
    let plain = Sha256::digest(b"abc");
    assert_eq!(found, [Some(both.to_vec()), None, Some(plain.to_vec()), None, None, None]);
    let sums = digests(&ranges[..3], Kind::Sha256);
    assert_eq!(sums, [Some(Sha256::digest(&mixed).to_vec()), None, Some(plain.to_vec())]);
    let sums = digests(&ranges[..3], Kind::Md5);
    assert_eq!(sums, [Some(Md5::digest(&mixed).to_vec()), None, Some(Md5::digest(b"abc").to_vec())]);
}

#[test]
fn entries_are_named_in_byte_order_and_described() {
    let scratch = Scratch::new("entries");
    for name in ["b", "a", "B", "a.b", "\u{fc}"] {
        fs::write(scratch.path(name), name).expect("a file can be made");
    }
    fs::create_dir(scratch.path("c")).unwrap();
    let long = "t".repeat(300);
    symlink(&long, scratch.path("link")).unwrap();
    let directory = Directory::open(bytes(&scratch.0), None).unwrap();
    let names = directory.names().unwrap();
    let expected: [&[u8]; 7] = [b"B", b"a", b"a.b", b"b", b"c", b"link", "\u{fc}".as_bytes()];
    assert_eq!(names, expected);
    let kind = |name: &[u8]| directory.look(name, true).unwrap().stat.st_mode & libc::S_IFMT;
    assert_eq!(
        (kind(b"a"), kind(b"c"), kind(b"link"), kind(b".")),
        (libc::S_IFREG, libc::S_IFDIR, libc::S_IFLNK, libc::S_IFDIR)
    );
    assert_eq!(directory.look(b"a.b", false).unwrap().stat.st_size, 3);
    assert_eq!(directory.look(b"link", false).unwrap().target, long.as_bytes());
    assert_eq!(errno_name(&directory.look(b"none", true).err().unwrap()), "ENOENT");
    assert_eq!(errno_name(&directory.look(b"a\0b", true).err().unwrap()), "EINVAL");
    assert_eq!(errno_name(&Directory::open(bytes(&scratch.path("a")), None).err().unwrap()), "ENOTDIR");
    assert_eq!(errno_name(&Directory::open(bytes(&scratch.path("none")), None).err().unwrap()), "ENOENT");
}

#[cfg(target_os = "linux")]
#[test]
fn entries_have_their_own_attributes() {
    let scratch = Scratch::new("entry-xattrs");
    let file = scratch.sparse("file", 0, &[]);
    if !set(&file, "user.comment", b"1") {
        return eprintln!("the scratch file system has no extended attributes");
    }
    let directory = Directory::open(bytes(&scratch.0), None).unwrap();
    let has = |attributes| {
        let found = directory.look(b"file", attributes).unwrap().attributes;
        found.contains(&(b"user.comment".to_vec(), b"1".to_vec()))
    };
    assert_eq!((has(true), has(false)), (true, false));
}

#[test]
fn nothing_is_read_of_what_has_taken_the_place_of_a_file() {
    let scratch = Scratch::new("swapped");
    fs::write(scratch.path("a"), b"12").unwrap();
    fs::write(scratch.path("b"), b"34").unwrap();
    symlink(scratch.path("a"), scratch.path("link")).unwrap();
    let fifo = CString::new(bytes(&scratch.path("fifo"))).unwrap();
    // SAFETY: the path ends in zero.
    assert_eq!(unsafe { libc::mkfifo(fifo.as_ptr(), 0o600) }, 0);
    let (_, stat) = open::regular(bytes(&scratch.path("a")), false, None).unwrap();
    let a = Identity::of(&stat);
    let memory = Shared::allocate(10).expect("there is memory");
    // SAFETY: the memory is alive, and nothing writes to it while the slice is looked at.
    let mut room = Room::of(unsafe { std::slice::from_raw_parts(memory.start(), memory.length()) }).unwrap();
    let mut failed = |name: &str, follow| {
        let path = bytes(&scratch.path(name)).to_vec();
        gather::read(&[Range { path, at: 0, length: 2, into: 0, ends: true, follow, expected: Some(a) }], &mut room)
    };
    assert_eq!((failed("a", false), failed("link", true)), (None, None));
    for name in ["b", "link", "fifo"] {
        assert_eq!((name, failed(name, false)), (name, Some(0)));
    }
    let code = |name: &str| errno_name(&holes::find(bytes(&scratch.path(name)), 2, Some(a)).unwrap_err());
    assert_eq!((code("b"), code("link"), code("fifo")), ("ESTALE", "ELOOP", "EINVAL"));
}

#[test]
fn a_directory_is_the_one_that_was_found() {
    let scratch = Scratch::new("swapped-directory");
    for name in ["a", "b"] {
        fs::create_dir(scratch.path(name)).unwrap();
    }
    fs::write(scratch.path("a").join("in-a"), b"").unwrap();
    symlink(scratch.path("a"), scratch.path("link")).unwrap();
    let a = Identity::of(&Directory::open(bytes(&scratch.path("a")), None).unwrap().look(b".", false).unwrap().stat);
    let code = |name: &str| errno_name(&Directory::open(bytes(&scratch.path(name)), Some(a)).err().unwrap());
    assert_eq!((code("b"), code("link")), ("ESTALE", "ENOTDIR"));
    let opened = Directory::open(bytes(&scratch.path("a")), Some(a)).unwrap();
    fs::rename(scratch.path("a"), scratch.path("moved")).unwrap();
    fs::create_dir(scratch.path("a")).unwrap();
    assert_eq!(opened.names().unwrap(), [b"in-a"]);
    assert!(opened.look(b"in-a", true).is_ok());
}
