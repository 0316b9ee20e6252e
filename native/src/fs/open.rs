//! Opens files and directories that were found before, and nothing that has replaced them since.

use super::c_path;
use std::ffi::CStr;
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, RawFd};

/// The identity of a file or directory. Numbers are those of JavaScript: exact up to 2^53, rounded beyond.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Identity {
    /// The file system, `st_dev`.
    pub device: f64,
    /// The inode, `st_ino`.
    pub inode: f64,
}

impl Identity {
    /// From the answer of the system. The widths of these fields differ between systems.
    #[allow(clippy::unnecessary_cast)]
    pub fn of(stat: &libc::stat) -> Self {
        Self { device: stat.st_dev as u64 as f64, inode: stat.st_ino as u64 as f64 }
    }
}

/// The directory of openat(2) for a path relative to the working directory.
const HERE: RawFd = libc::AT_FDCWD;

/// Never waits for the other end of a pipe, and never acquires a terminal.
const HARMLESS: libc::c_int = libc::O_RDONLY | libc::O_NONBLOCK | libc::O_NOCTTY | libc::O_CLOEXEC;

/// Opens the regular file `name` in a directory; a symbolic link is ELOOP. ESTALE for a file that is not the expected one.
pub fn regular_in(directory: &File, name: &[u8], expected: Option<Identity>) -> io::Result<(File, libc::stat)> {
    checked(open(directory.as_raw_fd(), &c_path(name)?, HARMLESS | libc::O_NOFOLLOW)?, expected)
}

/// Opens the regular file at `path`. Symbolic links are followed with `follow`; otherwise the last name must not be one.
pub fn regular(path: &[u8], follow: bool, expected: Option<Identity>) -> io::Result<(File, libc::stat)> {
    let flags = if follow { HARMLESS } else { HARMLESS | libc::O_NOFOLLOW };
    checked(open(HERE, &c_path(path)?, flags)?, expected)
}

/// Opens a directory to list it. A symbolic link is followed only if nothing is `expected`.
pub fn directory(path: &[u8], expected: Option<Identity>) -> io::Result<File> {
    let flags = HARMLESS | libc::O_DIRECTORY | if expected.is_some() { libc::O_NOFOLLOW } else { 0 };
    let file = open(HERE, &c_path(path)?, flags)?;
    if let Some(expected) = expected
        && Identity::of(&stat(&file)?) != expected
    {
        return Err(io::Error::from_raw_os_error(libc::ESTALE));
    }
    Ok(file)
}

/// Opens a directory to open files in it, which needs no permission to list it. Symbolic links are followed.
pub fn way_into(path: &[u8]) -> io::Result<File> {
    #[cfg(target_os = "linux")]
    const WAY: libc::c_int = libc::O_PATH;
    #[cfg(not(target_os = "linux"))]
    const WAY: libc::c_int = HARMLESS;
    open(HERE, &c_path(path)?, WAY | libc::O_DIRECTORY | libc::O_CLOEXEC)
}

/// A share of a file that JavaScript has open: a thread that uses it is not disturbed if JavaScript closes its own.
pub fn shared(descriptor: RawFd) -> io::Result<File> {
    if descriptor < 0 {
        return Err(io::Error::from_raw_os_error(libc::EBADF));
    }
    // SAFETY: it is used only to be duplicated; one that is not open is an error.
    Ok(unsafe { BorrowedFd::borrow_raw(descriptor) }.try_clone_to_owned()?.into())
}

/// The result of fstat(2).
pub fn stat(file: &File) -> io::Result<libc::stat> {
    let mut stat = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the descriptor is open, and there is room for the answer.
    if unsafe { libc::fstat(file.as_raw_fd(), stat.as_mut_ptr()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call has filled it.
    Ok(unsafe { stat.assume_init() })
}

fn checked(file: File, expected: Option<Identity>) -> io::Result<(File, libc::stat)> {
    let stat = stat(&file)?;
    if stat.st_mode & libc::S_IFMT != libc::S_IFREG {
        return Err(io::Error::from_raw_os_error(libc::EINVAL));
    }
    if expected.is_some_and(|expected| Identity::of(&stat) != expected) {
        return Err(io::Error::from_raw_os_error(libc::ESTALE));
    }
    Ok((file, stat))
}

fn open(directory: RawFd, path: &CStr, flags: libc::c_int) -> io::Result<File> {
    loop {
        // SAFETY: the directory is open or means the working directory, and the path ends in zero.
        let fd = unsafe { libc::openat(directory, path.as_ptr(), flags) };
        if fd >= 0 {
            // SAFETY: it was just opened, and nobody else has it.
            return Ok(unsafe { File::from_raw_fd(fd) });
        }
        retry_or_fail()?;
    }
}

/// Repeats a call that a signal has interrupted.
pub fn retry_or_fail() -> io::Result<()> {
    let error = io::Error::last_os_error();
    if error.kind() == io::ErrorKind::Interrupted { Ok(()) } else { Err(error) }
}
