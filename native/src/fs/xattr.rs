//! Extended attributes of an entry itself (a symbolic link's own, a device's own).

use super::c_path;
#[cfg(target_os = "linux")]
use super::xattr_at;
use std::ffi::{CStr, CString};
use std::fs::File;
use std::io;
#[cfg(target_os = "linux")]
use std::os::fd::AsRawFd;

/// An attribute's full name (`security.capability`) and its value.
pub type Attribute = (Vec<u8>, Vec<u8>);

/// Most lists and values fit, so one call is enough; the kernel allocates the offered size.
const FIRST_GUESS: usize = 256;

/// More than the limits of Linux (64 KiB) and macOS; a file system that asks for more is broken.
const MAX_LENGTH: usize = 64 << 20;

/// All attributes of the entry at `path` in the kernel's order, links not followed. A file system without attributes
/// gives none; an attribute that is removed while being read is left out.
pub fn read_all(path: &[u8]) -> io::Result<Vec<Attribute>> {
    let path = c_path(path)?;
    collect(|buffer| list(&path, buffer), |attribute, buffer| get(&path, attribute, buffer))
}

/// The same for the entry `name` of an open directory. If the system has no such call, by a path to the entry.
pub fn read_all_in(directory: &File, name: &CStr, path: impl Fn() -> Vec<u8>) -> io::Result<Vec<Attribute>> {
    #[cfg(target_os = "linux")]
    if xattr_at::are_known() {
        let fd = directory.as_raw_fd();
        return collect(
            |buffer| xattr_at::list(fd, name, buffer),
            |attribute, buffer| xattr_at::get(fd, name, attribute, buffer),
        );
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (directory, name);
    read_all(&path())
}

fn collect(
    list: impl Fn(&mut [u8]) -> io::Result<usize>,
    get: impl Fn(&CString, &mut [u8]) -> io::Result<usize>,
) -> io::Result<Vec<Attribute>> {
    let names = match filled(list) {
        Err(error) if is_unsupported(&error) => return Ok(Vec::new()),
        names => names?,
    };
    let mut attributes = Vec::new();
    for name in names.split(|&byte| byte == 0).filter(|name| !name.is_empty()) {
        let attribute = c_path(name)?;
        match filled(|buffer| get(&attribute, buffer)) {
            Ok(value) => attributes.push((name.to_vec(), value)),
            Err(error) if is_absent(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(attributes)
}

/// Calls `read` with a buffer that grows until the answer fits. With an empty buffer `read` returns the needed length.
fn filled(mut read: impl FnMut(&mut [u8]) -> io::Result<usize>) -> io::Result<Vec<u8>> {
    let mut buffer = vec![0; FIRST_GUESS];
    loop {
        match read(&mut buffer) {
            Ok(length) => {
                buffer.truncate(length);
                return Ok(buffer);
            }
            Err(error) if error.raw_os_error() == Some(libc::ERANGE) => {
                let needed = read(&mut [])?;
                if needed > MAX_LENGTH {
                    return Err(io::Error::from_raw_os_error(libc::E2BIG));
                }
                // It may have grown or shrunk meanwhile; never try the same length again.
                buffer.resize(needed.max(buffer.len() * 2), 0);
            }
            Err(error) => return Err(error),
        }
    }
}

#[cfg(not(target_vendor = "apple"))]
fn list(path: &CStr, buffer: &mut [u8]) -> io::Result<usize> {
    // SAFETY: the path ends in zero, the buffer is writable for its length.
    checked(unsafe { libc::llistxattr(path.as_ptr(), buffer.as_mut_ptr().cast(), buffer.len()) })
}

#[cfg(not(target_vendor = "apple"))]
fn get(path: &CStr, name: &CString, buffer: &mut [u8]) -> io::Result<usize> {
    // SAFETY: path and name end in zero, the buffer is writable for its length.
    checked(unsafe { libc::lgetxattr(path.as_ptr(), name.as_ptr(), buffer.as_mut_ptr().cast(), buffer.len()) })
}

#[cfg(target_vendor = "apple")]
fn list(path: &CStr, buffer: &mut [u8]) -> io::Result<usize> {
    let into = buffer.as_mut_ptr().cast();
    // SAFETY: the path ends in zero, the buffer is writable for its length.
    checked(unsafe { libc::listxattr(path.as_ptr(), into, buffer.len(), libc::XATTR_NOFOLLOW) })
}

#[cfg(target_vendor = "apple")]
fn get(path: &CStr, name: &CString, buffer: &mut [u8]) -> io::Result<usize> {
    let into = buffer.as_mut_ptr().cast();
    // SAFETY: path and name end in zero, the buffer is writable for its length.
    checked(unsafe { libc::getxattr(path.as_ptr(), name.as_ptr(), into, buffer.len(), 0, libc::XATTR_NOFOLLOW) })
}

fn checked(result: libc::ssize_t) -> io::Result<usize> {
    usize::try_from(result).map_err(|_| io::Error::last_os_error())
}

fn is_unsupported(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(|code| code == libc::ENOTSUP || code == libc::EOPNOTSUPP || code == libc::ENOSYS)
}

fn is_absent(error: &io::Error) -> bool {
    #[cfg(target_vendor = "apple")]
    const ABSENT: libc::c_int = libc::ENOATTR;
    #[cfg(not(target_vendor = "apple"))]
    const ABSENT: libc::c_int = libc::ENODATA;
    error.raw_os_error() == Some(ABSENT)
}
