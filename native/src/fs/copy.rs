//! Ranges of open files copied by the kernel, which moves no byte through the memory of a program, and on some file systems only shares
//! blocks.

use std::fs::File;

/// Copies `length` bytes from byte `at` of `source` to byte `place` of `target`, as far as the kernel can. Returns how many bytes. It stops
/// early between file systems that it cannot copy between, at an error of either side, and at the end of the source: reading and writing
/// the rest shows which it was.
#[cfg(target_os = "linux")]
pub fn by_kernel(source: &File, at: u64, target: &File, place: u64, length: u64) -> u64 {
    use super::open::retry_or_fail;
    use std::os::fd::AsRawFd;

    let mut done = 0;
    while done < length {
        let places = (libc::off64_t::try_from(at + done), libc::off64_t::try_from(place + done));
        let (Ok(mut from), Ok(mut to)) = places else { return done };
        let left = usize::try_from(length - done).unwrap_or(usize::MAX);
        // SAFETY: both descriptors are open, and the offsets are variables of this function.
        let copied = unsafe {
            libc::copy_file_range(source.as_raw_fd(), &raw mut from, target.as_raw_fd(), &raw mut to, left, 0)
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

/// The kernels of other systems copy no ranges.
#[cfg(not(target_os = "linux"))]
pub fn by_kernel(_: &File, _: u64, _: &File, _: u64, _: u64) -> u64 {
    0
}
