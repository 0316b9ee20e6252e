//! Ranges of many files copied into an open file: by the kernel where it can, which moves no byte through a program's memory.

use super::gather::{self, Held, Range};
use super::open::{self, retry_or_fail};
use std::fs::File;
use std::io;
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::fs::FileExt;

/// Bytes at once where the kernel does not copy.
const CHUNK: u64 = 256 * 1024;

/// Why ranges were not copied.
#[derive(Debug)]
pub enum Failed {
    /// The place of the first range that could not be read, or not as it was expected.
    Source(usize),
    /// The target cannot be written.
    Target(io::Error),
}

/// Copies the ranges to their places in `target`, which must be open for writing and stay so.
pub fn copy(ranges: &[Range], target: RawFd) -> Result<(), Failed> {
    // SAFETY: the caller keeps it open; it is not closed here.
    let target = ManuallyDrop::new(unsafe { File::from_raw_fd(target) });
    let mut directory = None;
    for (index, range) in ranges.iter().enumerate() {
        if !copy_one(range, &target, &mut directory).map_err(Failed::Target)? {
            return Err(Failed::Source(index));
        }
    }
    Ok(())
}

/// Whether the file held the range, and ended there if it had to. An error is one of the target.
fn copy_one<'a>(range: &'a Range, target: &File, directory: &mut Held<'a>) -> io::Result<bool> {
    let Ok((file, stat)) = gather::open(range, directory) else { return Ok(false) };
    let ends = |stat: &libc::stat| !range.ends || u64::try_from(stat.st_size) == Ok(range.at + range.length as u64);
    if !ends(&stat) {
        return Ok(false);
    }
    let done = copy_by_kernel(&file, range, target);
    if !copy_by_hand(&file, range, target, done)? {
        return Ok(false);
    }
    // It may have grown meanwhile.
    Ok(open::stat(&file).is_ok_and(|stat| ends(&stat)))
}

/// How many bytes the kernel has copied. It stops early for file systems that it cannot copy between, for errors of either side and
/// at the end of the file: which of these, reading and writing show.
#[cfg(target_os = "linux")]
fn copy_by_kernel(file: &File, range: &Range, target: &File) -> u64 {
    let length = range.length as u64;
    let mut done = 0;
    while done < length {
        let places = (libc::off64_t::try_from(range.at + done), libc::off64_t::try_from(range.into as u64 + done));
        let (Ok(mut from), Ok(mut to)) = places else { return done };
        let left = usize::try_from(length - done).unwrap_or(usize::MAX);
        // SAFETY: both descriptors are open, and the offsets are variables of this function.
        let copied = unsafe {
            libc::copy_file_range(file.as_raw_fd(), &raw mut from, target.as_raw_fd(), &raw mut to, left, 0)
        };
        match u64::try_from(copied) {
            Ok(0) => return done,
            Ok(copied) => done += copied,
            Err(_) if retry_or_fail().is_ok() => {}
            Err(_) => return done,
        }
    }
    done
}

#[cfg(not(target_os = "linux"))]
fn copy_by_kernel(_: &File, _: &Range, _: &File) -> u64 {
    0
}

/// Copies what is left after `done` bytes; false if the file cannot be read or is too short.
fn copy_by_hand(file: &File, range: &Range, target: &File, mut done: u64) -> io::Result<bool> {
    let length = range.length as u64;
    if done == length {
        return Ok(true);
    }
    let mut chunk = vec![0; usize::try_from(CHUNK.min(length - done)).unwrap_or(0)];
    while done < length {
        let count = chunk.len().min(usize::try_from(length - done).unwrap_or(usize::MAX));
        if file.read_exact_at(&mut chunk[..count], range.at + done).is_err() {
            return Ok(false);
        }
        target.write_all_at(&chunk[..count], range.into as u64 + done)?;
        done += count as u64;
    }
    Ok(true)
}
