//! Makes entries in an open directory, with all their metadata, for extraction: without paths, which others could change
//! meanwhile.

use super::c_path;
use super::open::{self, Identity, retry_or_fail};
use super::stored::{Failure, Image, Piece};
use std::ffi::CStr;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, RawFd};

/// One entry and its metadata.
pub struct Entry<'a> {
    /// A single name.
    pub name: &'a [u8],
    /// Type and permission bits, as lstat(2) has them.
    pub mode: u32,
    /// User and group, unless they stay those of this process.
    pub owner: Option<(u32, u32)>,
    /// Seconds and nanoseconds.
    pub mtime: (i64, u32),
    /// Numbers of a device.
    pub device: (u32, u32),
    /// Target of a symbolic link.
    pub target: &'a [u8],
    /// Full names and values.
    pub attributes: Vec<(&'a [u8], &'a [u8])>,
    /// Content of a regular file.
    pub content: Content<'a>,
    /// It exists, and only gets its metadata.
    pub exists: bool,
}

/// The content of a regular file.
#[derive(Clone, Copy)]
pub enum Content<'a> {
    /// Its bytes.
    Bytes(&'a [u8]),
    /// Where an image has them.
    Stored(&'a Image, &'a [Piece]),
}

/// The step that failed for an entry.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(u8)]
pub enum Step {
    /// The entry itself.
    Create = 1,
    /// Its content.
    Write = 2,
    /// Its user and group.
    Owner = 3,
    /// One of its extended attributes; the entry has all the rest.
    Attribute = 4,
    /// Its permission bits.
    Mode = 5,
    /// Its time.
    Time = 6,
    /// Reading its content from an image: nothing is made.
    Content = 7,
}

/// A failure: its step and reason.
pub type Failed = (Step, io::Error);

/// A directory in which entries are made.
pub struct Place {
    open: File,
    /// The owner of new files.
    own: (u32, u32),
}

impl Place {
    /// Opens the `expected` directory at this path; ESTALE for another one.
    pub fn open(path: &[u8], expected: Option<Identity>) -> io::Result<Self> {
        // SAFETY: these calls always succeed.
        let own = unsafe { (libc::geteuid(), libc::getegid()) };
        Ok(Self { open: open::directory(path, expected)?, own })
    }

    /// Makes the entry, which must not exist unless it is marked `exists`. Follows no symbolic link.
    pub fn make(&self, entry: &Entry) -> Result<(), Failed> {
        let name = c_path(entry.name).map_err(at(Step::Create))?;
        let directory = self.open.as_raw_fd();
        let kind = entry.mode & libc::S_IFMT;
        if kind == libc::S_IFREG || kind == libc::S_IFDIR {
            let file = if entry.exists {
                existing(directory, &name, kind)
            } else {
                created(directory, &name, kind, self.first_mode(entry))
            };
            let file = file.map_err(at(Step::Create))?;
            write_content(&file, entry.content).inspect_err(|(step, _)| {
                if *step == Step::Content && !entry.exists {
                    // SAFETY: the descriptor is open, the name ends in zero.
                    unsafe { libc::unlinkat(directory, name.as_ptr(), 0) };
                }
            })?;
            return facts_of_open(&file, entry);
        }
        if !entry.exists {
            create_special(directory, &name, entry).map_err(at(Step::Create))?;
        }
        self.facts_of_name(&name, entry)
    }

    /// The mode with which a file is made: its own if it has its owner from the start, otherwise one for this user alone.
    fn first_mode(&self, entry: &Entry) -> u32 {
        let is_own = entry.owner.is_none_or(|owner| owner == self.own);
        if is_own { entry.mode & 0o777 } else { 0o600 }
    }

    /// In this order: a new owner removes capabilities and the setuid bit, and a mode may forbid attributes.
    fn facts_of_name(&self, name: &CStr, entry: &Entry) -> Result<(), Failed> {
        let directory = self.open.as_raw_fd();
        let is_link = entry.mode & libc::S_IFMT == libc::S_IFLNK;
        if let Some((user, group)) = entry.owner {
            // SAFETY: the descriptor is open, the name ends in zero.
            let done = unsafe { libc::fchownat(directory, name.as_ptr(), user, group, libc::AT_SYMLINK_NOFOLLOW) };
            succeeded(done).map_err(at(Step::Owner))?;
        }
        let mut first = Ok(());
        for (attribute, value) in &entry.attributes {
            let set = path_of(directory, name).and_then(|path| set_attribute_at(&path, attribute, value));
            first = first.and(set);
        }
        if !is_link {
            // SAFETY: as above. The entry was made here, and is not a link: there is nothing to follow.
            let done = unsafe { libc::fchmodat(directory, name.as_ptr(), entry.mode & 0o7777, 0) };
            succeeded(done).map_err(at(Step::Mode))?;
        }
        let times = times(entry);
        // SAFETY: as above; there are two times.
        let done = unsafe { libc::utimensat(directory, name.as_ptr(), times.as_ptr(), libc::AT_SYMLINK_NOFOLLOW) };
        succeeded(done).map_err(at(Step::Time))?;
        first.map_err(at(Step::Attribute))
    }
}

/// Asking what a file has costs less than setting it again, and most files have owner and mode from the start.
fn facts_of_open(file: &File, entry: &Entry) -> Result<(), Failed> {
    let fd = file.as_raw_fd();
    let found = open::stat(file).map_err(at(Step::Owner))?;
    let owner = entry.owner.filter(|&owner| owner != (found.st_uid, found.st_gid));
    if let Some((user, group)) = owner {
        // SAFETY: the descriptor is open.
        succeeded(unsafe { libc::fchown(fd, user, group) }).map_err(at(Step::Owner))?;
    }
    let mut first = Ok(());
    for (attribute, value) in &entry.attributes {
        first = first.and(set_attribute(fd, attribute, value));
    }
    let mode = (entry.mode & 0o7777) as libc::mode_t;
    // A new owner and access control lists change the mode.
    if owner.is_some() || !entry.attributes.is_empty() || found.st_mode & 0o7777 != mode {
        // SAFETY: the descriptor is open.
        succeeded(unsafe { libc::fchmod(fd, mode) }).map_err(at(Step::Mode))?;
    }
    let times = times(entry);
    // SAFETY: the descriptor is open, and there are two times.
    succeeded(unsafe { libc::futimens(fd, times.as_ptr()) }).map_err(at(Step::Time))?;
    first.map_err(at(Step::Attribute))
}

fn at(step: Step) -> impl Fn(io::Error) -> Failed {
    move |error| (step, error)
}

fn existing(directory: RawFd, name: &CStr, kind: libc::mode_t) -> io::Result<File> {
    let only = if kind == libc::S_IFDIR { libc::O_DIRECTORY } else { 0 };
    opened(directory, name, libc::O_RDONLY | libc::O_NONBLOCK | only, 0)
}

fn created(directory: RawFd, name: &CStr, kind: libc::mode_t, mode: u32) -> io::Result<File> {
    if kind == libc::S_IFDIR {
        // SAFETY: the descriptor is open, the name ends in zero.
        succeeded(unsafe { libc::mkdirat(directory, name.as_ptr(), 0o700) })?;
        return existing(directory, name, kind);
    }
    opened(directory, name, libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL, mode)
}

fn opened(directory: RawFd, name: &CStr, flags: libc::c_int, mode: u32) -> io::Result<File> {
    loop {
        let flags = flags | libc::O_NOFOLLOW | libc::O_CLOEXEC;
        // SAFETY: the descriptor is open, the name ends in zero. The last argument is only looked at for new files.
        let fd = unsafe { libc::openat(directory, name.as_ptr(), flags, mode) };
        if fd >= 0 {
            // SAFETY: it was just opened, and nobody else has it.
            return Ok(unsafe { File::from_raw_fd(fd) });
        }
        retry_or_fail()?;
    }
}

fn write_content(mut file: &File, content: Content) -> Result<(), Failed> {
    match content {
        Content::Bytes(bytes) => io::Write::write_all(&mut file, bytes).map_err(at(Step::Write)),
        Content::Stored(image, pieces) => write_stored(file, image, pieces),
    }
}

fn write_stored(file: &File, image: &Image, pieces: &[Piece]) -> Result<(), Failed> {
    let end = image.write(pieces, file, 0).map_err(|failure| match failure {
        Failure::Content => (Step::Content, io::Error::from_raw_os_error(libc::EIO)),
        Failure::Write(error) => (Step::Write, error),
    })?;
    // A hole at the end is not written.
    match pieces.last() {
        Some(Piece::Hole { .. }) => file.set_len(end).map_err(at(Step::Write)),
        _ => Ok(()),
    }
}

fn create_special(directory: RawFd, name: &CStr, entry: &Entry) -> io::Result<()> {
    let kind = entry.mode & libc::S_IFMT;
    if kind == libc::S_IFLNK {
        let target = c_path(entry.target)?;
        // SAFETY: the descriptor is open, both texts end in zero.
        return succeeded(unsafe { libc::symlinkat(target.as_ptr(), directory, name.as_ptr()) });
    }
    // The types of device numbers differ between systems.
    #[allow(clippy::useless_conversion)]
    let device = libc::makedev(entry.device.0.try_into().unwrap_or(0), entry.device.1.try_into().unwrap_or(0));
    // SAFETY: the descriptor is open, the name ends in zero.
    succeeded(unsafe { libc::mknodat(directory, name.as_ptr(), kind | 0o600, device) })
}

fn times(entry: &Entry) -> [libc::timespec; 2] {
    let (seconds, nanoseconds) = entry.mtime;
    let mut time = empty_time();
    time.tv_sec = seconds;
    time.tv_nsec = nanoseconds.into();
    let mut access = empty_time();
    access.tv_nsec = libc::UTIME_OMIT;
    [access, time]
}

/// The structure has more fields on some systems.
fn empty_time() -> libc::timespec {
    // SAFETY: zeros are a time.
    unsafe { std::mem::zeroed() }
}

#[cfg(not(target_vendor = "apple"))]
fn set_attribute(fd: RawFd, name: &[u8], value: &[u8]) -> io::Result<()> {
    let name = c_path(name)?;
    // SAFETY: the descriptor is open, the name ends in zero, the value is readable for its length.
    succeeded(unsafe { libc::fsetxattr(fd, name.as_ptr(), value.as_ptr().cast(), value.len(), 0) })
}

#[cfg(target_vendor = "apple")]
fn set_attribute(fd: RawFd, name: &[u8], value: &[u8]) -> io::Result<()> {
    let name = c_path(name)?;
    // SAFETY: the descriptor is open, the name ends in zero, the value is readable for its length.
    succeeded(unsafe { libc::fsetxattr(fd, name.as_ptr(), value.as_ptr().cast(), value.len(), 0, 0) })
}

#[cfg(target_os = "linux")]
fn set_attribute_at(path: &[u8], name: &[u8], value: &[u8]) -> io::Result<()> {
    let (path, name) = (c_path(path)?, c_path(name)?);
    // SAFETY: both texts end in zero, the value is readable for its length.
    succeeded(unsafe { libc::lsetxattr(path.as_ptr(), name.as_ptr(), value.as_ptr().cast(), value.len(), 0) })
}

#[cfg(not(target_os = "linux"))]
fn set_attribute_at(_path: &[u8], _name: &[u8], _value: &[u8]) -> io::Result<()> {
    Err(io::Error::from_raw_os_error(libc::ENOTSUP))
}

/// For calls that take only a path.
fn path_of(directory: RawFd, name: &CStr) -> io::Result<Vec<u8>> {
    let mut path = format!("/proc/self/fd/{directory}/").into_bytes();
    path.extend_from_slice(name.to_bytes());
    Ok(path)
}

fn succeeded(result: libc::c_int) -> io::Result<()> {
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
