//! The holes of a sparse file, by lseek(2) with SEEK_DATA and SEEK_HOLE.

use super::open::{self, Identity};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

/// One run of bytes that the file system does not store and that read as zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hole {
    /// First byte.
    pub at: u64,
    /// Bytes, at least 1.
    pub length: u64,
}

/// If a file has more holes, the rest is read as data: the result stays below 16 MiB.
pub const MAX_HOLES: usize = 1 << 20;

/// Holes within the first `size` bytes of the regular file at `path`, in order. A symbolic link is refused, not followed, and so
/// is another file than the `expected` one. File systems without this information give no holes.
pub fn find(path: &[u8], size: u64, expected: Option<Identity>) -> io::Result<Vec<Hole>> {
    let (file, _) = open::regular(path, false, expected)?;
    let size = size.min(file.metadata()?.len());
    let mut holes = Vec::new();
    let mut at = 0;
    while at < size && holes.len() < MAX_HOLES {
        let Some(start) = seek(&file, at, libc::SEEK_HOLE)? else { break };
        if start >= size {
            break;
        }
        // No more data: the hole reaches to the end.
        let end = seek(&file, start, libc::SEEK_DATA)?.unwrap_or(size).min(size);
        if end <= start {
            break;
        }
        holes.push(Hole { at: start, length: end - start });
        at = end;
    }
    Ok(holes)
}

/// The next hole or data at or after `at`; `None` if there is none, or the file system does not know.
fn seek(file: &File, at: u64, whence: libc::c_int) -> io::Result<Option<u64>> {
    let offset = libc::off_t::try_from(at).map_err(|_| io::Error::from_raw_os_error(libc::EINVAL))?;
    // SAFETY: the descriptor is open as long as `file` is borrowed.
    let found = unsafe { libc::lseek(file.as_raw_fd(), offset, whence) };
    match u64::try_from(found) {
        Ok(found) => Ok(Some(found)),
        Err(_) => {
            let error = io::Error::last_os_error();
            match error.raw_os_error() {
                Some(libc::ENXIO | libc::EINVAL | libc::ENOTSUP) => Ok(None),
                _ => Err(error),
            }
        }
    }
}
