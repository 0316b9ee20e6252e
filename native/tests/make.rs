//! Making entries against the kernel: what a file gets when it is made need not be set again, and must not be taken for granted.

#![cfg(target_os = "linux")]

use isopress_native::fs::make::{Content, Entry, Place, Step};
use isopress_native::fs::open::Identity;
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// A separate directory for each test, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("isopress-make-{}-{name}", std::process::id()));
        fs::create_dir(&path).expect("a scratch directory can be made");
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn place(path: &Path) -> Place {
    Place::open(path.as_os_str().as_bytes(), None).expect("the directory can be opened")
}

fn file<'a>(name: &'a [u8], mode: u32, owner: Option<(u32, u32)>, data: &'a [u8]) -> Entry<'a> {
    let mode = libc::S_IFREG | mode;
    let mtime = (5, 123_456_789);
    Entry {
        name,
        mode,
        owner,
        mtime,
        device: (0, 0),
        target: b"",
        attributes: Vec::new(),
        content: Content::Bytes(data),
        exists: false,
    }
}

/// This user and its group, and whether it may give files away.
fn own() -> ((u32, u32), bool) {
    // SAFETY: these calls always succeed.
    let own = unsafe { (libc::geteuid(), libc::getegid()) };
    (own, own.0 == 0)
}

#[test]
fn files_get_mode_owner_and_time_whatever_the_directory_hands_down() {
    let scratch = Scratch::new("facts");
    // New files of such a directory have its group.
    fs::set_permissions(&scratch.0, Permissions::from_mode(0o2777)).expect("the mode can be set");
    let (own, may_give) = own();
    if may_give {
        std::os::unix::fs::chown(&scratch.0, None, Some(77)).expect("the group can be set");
    }
    let place = place(&scratch.0);
    // 0o666 and 0o777 lose bits to the usual mask of new files.
    for (index, mode) in [0o644, 0o666, 0o777, 0o000, 0o400, 0o4755, 0o2711, 0o1644].into_iter().enumerate() {
        for owner in [None, Some(own), Some((1234, 5678))] {
            if owner == Some((1234, 5678)) && !may_give {
                continue;
            }
            let name = format!("{index}-{}", owner.map_or(0, |(user, _)| user));
            place.make(&file(name.as_bytes(), mode, owner, b"content")).expect("it can be made");
            let found = fs::symlink_metadata(scratch.0.join(&name)).expect("it is there");
            assert_eq!(found.mode() & 0o7777, mode, "{name}");
            assert_eq!((found.mtime(), found.mtime_nsec(), found.size()), (5, 123_456_789, 7), "{name}");
            if let Some(owner) = owner {
                assert_eq!((found.uid(), found.gid()), owner, "{name}");
            }
            fs::remove_file(scratch.0.join(&name)).expect("it can be removed");
        }
    }
}

#[test]
fn existing_entries_only_get_their_facts() {
    let scratch = Scratch::new("existing");
    fs::write(scratch.0.join("file"), "kept").expect("it can be written");
    fs::create_dir(scratch.0.join("dir")).expect("it can be made");
    let place = place(&scratch.0);
    place.make(&Entry { exists: true, ..file(b"file", 0o640, None, b"") }).expect("it can be changed");
    let directory = Entry { exists: true, mode: libc::S_IFDIR | 0o3755, ..file(b"dir", 0, None, b"") };
    place.make(&directory).expect("it can be changed");
    let itself = Entry { name: b".", mode: libc::S_IFDIR | 0o700, ..directory };
    place.make(&itself).expect("it can be changed");
    let mode = |path: PathBuf| fs::symlink_metadata(path).expect("it is there").mode() & 0o7777;
    assert_eq!(fs::read(scratch.0.join("file")).expect("it can be read"), b"kept");
    assert_eq!(mode(scratch.0.join("file")), 0o640);
    assert_eq!(mode(scratch.0.join("dir")), 0o3755);
    assert_eq!(mode(scratch.0.clone()), 0o700);
}

#[test]
fn nothing_is_followed_or_replaced() {
    let scratch = Scratch::new("links");
    let outside = Scratch::new("outside");
    fs::write(outside.0.join("file"), "kept").expect("it can be written");
    symlink(outside.0.join("file"), scratch.0.join("file")).expect("it can be made");
    symlink(&outside.0, scratch.0.join("dir")).expect("it can be made");
    let make = |entry: &Entry| place(&scratch.0).make(entry).expect_err("it is refused").0;
    assert_eq!(make(&file(b"file", 0o644, None, b"new")), Step::Create);
    assert_eq!(make(&Entry { exists: true, ..file(b"file", 0o600, None, b"") }), Step::Create);
    assert_eq!(fs::read(outside.0.join("file")).expect("it can be read"), b"kept");
    let path = scratch.0.join("dir");
    let found = fs::metadata(&outside.0).expect("it is there");
    let identity = Identity { device: found.dev() as f64, inode: found.ino() as f64 };
    assert!(Place::open(path.as_os_str().as_bytes(), Some(identity)).is_err());
}
