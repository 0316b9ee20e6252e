//! States of files: enough to notice that one has changed.

use super::c_path;
use super::gather::Range;
use super::open::Identity;
use std::io;
use std::mem::MaybeUninit;

/// The state of the regular file whose whole content a range is, if it still is that: device, inode, size, and the times of the last
/// modification and of the last change in nanoseconds since 1970. A symbolic link is never followed.
pub fn state_of(range: &Range) -> Option<[u64; 5]> {
    let stat = stat_of(&range.path).ok()?;
    let is_file = stat.st_mode & libc::S_IFMT == libc::S_IFREG;
    let is_whole = u64::try_from(stat.st_size) == Ok(range.length as u64);
    if !is_file || !is_whole || range.follow || range.expected.is_some_and(|expected| Identity::of(&stat) != expected) {
        return None;
    }
    // The widths of these fields differ between systems.
    #[allow(clippy::unnecessary_cast)]
    let (modified, changed) = (
        nanoseconds(stat.st_mtime as i64, stat.st_mtime_nsec as i64),
        nanoseconds(stat.st_ctime as i64, stat.st_ctime_nsec as i64),
    );
    #[allow(clippy::unnecessary_cast)]
    Some([stat.st_dev as u64, stat.st_ino as u64, stat.st_size as u64, modified, changed])
}

/// The lowest 64 bits, as Node.js has them.
fn nanoseconds(seconds: i64, rest: i64) -> u64 {
    seconds.wrapping_mul(1_000_000_000).wrapping_add(rest) as u64
}

fn stat_of(path: &[u8]) -> io::Result<libc::stat> {
    let path = c_path(path)?;
    let mut stat = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the path ends in zero, and there is room for the answer.
    if unsafe { libc::lstat(path.as_ptr(), stat.as_mut_ptr()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call has filled it.
    Ok(unsafe { stat.assume_init() })
}
