//! Reads ranges of many files into one buffer, ahead of the writer of an image.

use super::open::{self, Identity, retry_or_fail};
use crate::memory::Room;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

/// One range of a file and its place in memory.
pub struct Range {
    /// The file.
    pub path: Vec<u8>,
    /// First byte in the file.
    pub at: u64,
    /// Bytes.
    pub length: usize,
    /// First byte in the memory.
    pub into: usize,
    /// Whether the file must end after this range.
    pub ends: bool,
    /// Whether the path may be a symbolic link.
    pub follow: bool,
    /// The file as it was found.
    pub expected: Option<Identity>,
}

impl Range {
    fn is_of_file(&self, other: &Range) -> bool {
        self.path == other.path && self.follow == other.follow && self.expected == other.expected
    }
}

/// Reads the ranges; returns the index of the first that could not be read, or not as expected.
pub fn read(ranges: &[Range], room: &mut Room) -> Option<usize> {
    let mut way = None;
    let mut last = None;
    ranges.iter().position(|range| !read_one(range, room, &mut way, &mut last).unwrap_or(false))
}

/// The open directory of the last file: the next file is often in the same one.
pub type Way<'a> = Option<(&'a [u8], File)>;

/// The last range and its file: the next one can be the end of the same file, which goes elsewhere.
type Last<'a> = Option<(&'a Range, File)>;

/// Whether the file has the range, and ends there if it must.
fn read_one<'a>(range: &'a Range, room: &mut Room, way: &mut Way<'a>, last: &mut Last<'a>) -> io::Result<bool> {
    let known = last.take().filter(|(other, _)| range.is_of_file(other));
    let (file, stat) = match known {
        Some((_, file)) => {
            let stat = open::stat(&file)?;
            (file, stat)
        }
        None => open(range, way)?,
    };
    let (_, file) = last.insert((range, file));
    let end = range.at + range.length as u64;
    // Reading does not show it at the end of a hole, or in an empty file.
    if range.ends && u64::try_from(stat.st_size) != Ok(end) {
        return Ok(false);
    }
    let Some(target) = room.part(range.into, range.length) else { return Ok(false) };
    let mut done = 0;
    let mut more = 0;
    while done < range.length {
        let at = range.at + done as u64;
        let left = range.length - done;
        // The byte after the end is read together with the last one: that shows growth without another call.
        let count = read_at(file, target.wrapping_add(done), left, range.ends.then_some(&mut more), at)?;
        if count == 0 || count > left {
            return Ok(false);
        }
        done += count;
    }
    Ok(true)
}

/// Opens the file of a range, if it is the expected one.
pub fn open<'a>(range: &'a Range, way: &mut Way<'a>) -> io::Result<(File, libc::stat)> {
    let slash = range.path.iter().rposition(|&byte| byte == b'/');
    let Some(slash) = slash.filter(|_| !range.follow) else {
        return open::regular(&range.path, range.follow, range.expected);
    };
    let (directory, name) = range.path.split_at(slash + 1);
    if way.as_ref().is_none_or(|(known, _)| *known != directory) {
        *way = Some((directory, open::way_into(directory)?));
    }
    let Some((_, directory)) = way else { return open::regular(&range.path, false, range.expected) };
    open::regular_in(directory, name, range.expected)
}

/// Reads up to `length` bytes to `target`, which must be writable for that many, and with `more` one byte after those.
pub fn read_at(file: &File, target: *mut u8, length: usize, more: Option<&mut u8>, at: u64) -> io::Result<usize> {
    let at = libc::off_t::try_from(at).map_err(|_| io::Error::from_raw_os_error(libc::EINVAL))?;
    let count = if more.is_some() { 2 } else { 1 };
    let more = more.map_or(std::ptr::null_mut(), std::ptr::from_mut);
    let parts =
        [libc::iovec { iov_base: target.cast(), iov_len: length }, libc::iovec { iov_base: more.cast(), iov_len: 1 }];
    loop {
        // SAFETY: the descriptor is open, and the callers give memory that is writable for the length.
        let read = unsafe { libc::preadv(file.as_raw_fd(), parts.as_ptr(), count, at) };
        if let Ok(read) = usize::try_from(read) {
            return Ok(read);
        }
        retry_or_fail()?;
    }
}
