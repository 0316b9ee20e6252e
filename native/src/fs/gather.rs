//! Ranges of many files read into one piece of memory: what an image holds, ahead of whoever writes it.

use super::c_path;
use crate::memory::Room;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd};

/// One range of a file and where it goes.
pub struct Range {
    /// The file.
    pub path: Vec<u8>,
    /// First byte in the file.
    pub at: u64,
    /// Bytes.
    pub length: usize,
    /// First byte in the memory.
    pub into: usize,
    /// Whether the file has to end behind this range.
    pub ends: bool,
}

/// Reads the ranges; gives the place of the first that could not be read, or not as it was expected.
pub fn read(ranges: &[Range], room: &mut Room) -> Option<usize> {
    ranges.iter().position(|range| !read_one(range, room).unwrap_or(false))
}

/// Whether the file holds the range, and ends there if it has to.
fn read_one(range: &Range, room: &mut Room) -> io::Result<bool> {
    let file = open(&range.path)?;
    let Some(target) = room.part(range.into, range.length) else { return Ok(false) };
    let mut done = 0;
    while done < range.length {
        let count = pread(&file, target.wrapping_add(done), range.length - done, range.at + done as u64)?;
        if count == 0 {
            return Ok(false);
        }
        done += count;
    }
    // Behind a hole, or in an empty file, reading nothing tells nothing.
    if range.ends && range.length == 0 && file.metadata()?.len() != range.at {
        return Ok(false);
    }
    let mut more = 0_u8;
    Ok(!range.ends || pread(&file, &raw mut more, 1, range.at + range.length as u64)? == 0)
}

fn open(path: &[u8]) -> io::Result<File> {
    let path = c_path(path)?;
    loop {
        // SAFETY: the path ends in zero.
        let fd = unsafe { libc::open(path.as_ptr(), libc::O_RDONLY | libc::O_NONBLOCK | libc::O_CLOEXEC) };
        if fd >= 0 {
            // SAFETY: it was just opened, and nobody else has it.
            return Ok(unsafe { File::from_raw_fd(fd) });
        }
        retry_or_fail()?;
    }
}

/// Reads up to `length` bytes to `target`, which must be writable for so many.
fn pread(file: &File, target: *mut u8, length: usize, at: u64) -> io::Result<usize> {
    let at = libc::off_t::try_from(at).map_err(|_| io::Error::from_raw_os_error(libc::EINVAL))?;
    loop {
        // SAFETY: the descriptor is open, and the callers give memory that is writable for the length.
        let count = unsafe { libc::pread(file.as_raw_fd(), target.cast(), length, at) };
        if let Ok(count) = usize::try_from(count) {
            return Ok(count);
        }
        retry_or_fail()?;
    }
}

/// A call that a signal has interrupted is made again.
fn retry_or_fail() -> io::Result<()> {
    let error = io::Error::last_os_error();
    if error.kind() == io::ErrorKind::Interrupted { Ok(()) } else { Err(error) }
}
