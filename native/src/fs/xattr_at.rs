//! listxattrat(2) and getxattrat(2), which start at an open directory. Linux has had them since 6.13; libc does not name them yet.

use std::ffi::CStr;
use std::io;
use std::os::fd::RawFd;
use std::sync::OnceLock;

/// Numbers of the calls, the same on every architecture.
const GETXATTRAT: libc::c_long = 464;
const LISTXATTRAT: libc::c_long = 465;

/// `struct xattr_args` of linux/xattr.h: the buffer of a value and its length.
#[repr(C, align(8))]
struct Arguments {
    value: u64,
    size: u32,
    flags: u32,
}

/// Whether this system has and permits the calls: a filter of system calls refuses those that it does not know.
pub fn are_known() -> bool {
    static KNOWN: OnceLock<bool> = OnceLock::new();
    *KNOWN.get_or_init(|| match list(libc::AT_FDCWD, c"/", &mut []) {
        Ok(_) => true,
        Err(error) => error.raw_os_error() == Some(libc::ENOTSUP),
    })
}

/// Names of the attributes of an entry itself, as llistxattr(2) gives them.
pub fn list(directory: RawFd, name: &CStr, buffer: &mut [u8]) -> io::Result<usize> {
    // SAFETY: the name ends in zero, the buffer is writable for its length.
    checked(unsafe {
        libc::syscall(
            LISTXATTRAT,
            directory,
            name.as_ptr(),
            libc::AT_SYMLINK_NOFOLLOW,
            buffer.as_mut_ptr(),
            buffer.len(),
        )
    })
}

/// Value of one attribute of an entry itself, as lgetxattr(2) gives it.
pub fn get(directory: RawFd, name: &CStr, attribute: &CStr, buffer: &mut [u8]) -> io::Result<usize> {
    let size = u32::try_from(buffer.len()).unwrap_or(u32::MAX);
    let mut arguments = Arguments { value: buffer.as_mut_ptr() as u64, size, flags: 0 };
    // SAFETY: both names end in zero, the arguments have the length that is given, their buffer is writable for its own.
    checked(unsafe {
        libc::syscall(
            GETXATTRAT,
            directory,
            name.as_ptr(),
            libc::AT_SYMLINK_NOFOLLOW,
            attribute.as_ptr(),
            &raw mut arguments,
            size_of::<Arguments>(),
        )
    })
}

fn checked(result: libc::c_long) -> io::Result<usize> {
    usize::try_from(result).map_err(|_| io::Error::last_os_error())
}
