//! Facts about files that Node.js does not offer. Paths and attribute names are bytes; errors carry the errno.

pub mod copy;
pub mod digests;
pub mod entries;
pub mod gather;
pub mod holes;
pub mod identity;
pub mod make;
pub mod open;
pub mod states;
pub mod stored;
pub mod xattr;
#[cfg(target_os = "linux")]
mod xattr_at;

use std::ffi::CString;
use std::io;

/// A path for the system; a zero byte inside it is EINVAL.
fn c_path(path: &[u8]) -> io::Result<CString> {
    CString::new(path).map_err(|_| io::Error::from_raw_os_error(libc::EINVAL))
}

/// The path of an entry.
pub fn join(directory: &[u8], name: &[u8]) -> Vec<u8> {
    let mut path = Vec::with_capacity(directory.len() + 1 + name.len());
    path.extend_from_slice(directory);
    if path.last() != Some(&b'/') {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}

/// The errno's symbolic name as Node.js puts it into `code`; EIO for the ones that reading metadata does not give.
pub fn errno_name(error: &io::Error) -> &'static str {
    match error.raw_os_error() {
        Some(libc::E2BIG) => "E2BIG",
        Some(libc::EACCES) => "EACCES",
        Some(libc::EBADF) => "EBADF",
        Some(libc::EINTR) => "EINTR",
        Some(libc::EINVAL) => "EINVAL",
        Some(libc::EISDIR) => "EISDIR",
        Some(libc::ELOOP) => "ELOOP",
        Some(libc::EMFILE) => "EMFILE",
        Some(libc::ENAMETOOLONG) => "ENAMETOOLONG",
        Some(libc::ENFILE) => "ENFILE",
        Some(libc::ENOENT) => "ENOENT",
        Some(libc::ENOMEM) => "ENOMEM",
        Some(libc::ENOTDIR) => "ENOTDIR",
        Some(libc::ENOTSUP) => "ENOTSUP",
        Some(libc::ENXIO) => "ENXIO",
        Some(libc::EPERM) => "EPERM",
        Some(libc::ERANGE) => "ERANGE",
        Some(libc::ESTALE) => "ESTALE",
        _ => "EIO",
    }
}
