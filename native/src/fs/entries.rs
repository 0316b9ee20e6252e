//! The entries of a directory and their metadata: lstat(2), readlink(2), listxattr(2) and getxattr(2).

use super::open::{self, Identity};
use super::xattr::{self, Attribute};
use super::{c_path, join};
use std::ffi::CStr;
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::sync::OnceLock;

/// Longest target that is read; Linux keeps at most 4095 bytes.
const MAX_TARGET: usize = 64 << 10;

/// The metadata of an inode.
pub struct Facts {
    /// As lstat(2) has it, numbers of devices in the form of this system.
    pub stat: libc::stat,
    /// Target of a symbolic link; empty for anything else.
    pub target: Vec<u8>,
    /// Attributes of the entry itself, in the kernel's order.
    pub attributes: Vec<Attribute>,
}

/// An open directory. It stays the same, even if its path changes meanwhile.
pub struct Directory {
    /// A path to the open directory, for calls that take only a path.
    path: Vec<u8>,
    open: File,
}

impl Directory {
    /// Opens the directory that was `expected` at this path; ESTALE for another one. Without expectation a symbolic link is
    /// followed.
    pub fn open(path: &[u8], expected: Option<Identity>) -> io::Result<Self> {
        let open = open::directory(path, expected)?;
        Ok(Self { path: path_to(&open).unwrap_or_else(|| path.to_vec()), open })
    }

    /// Its names without `.` and `..`, in byte order.
    pub fn names(&self) -> io::Result<Vec<Vec<u8>>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(Path::new(std::ffi::OsStr::from_bytes(&self.path)))? {
            names.push(entry?.file_name().into_vec());
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Its file system and inode.
    pub fn identity(&self) -> io::Result<Identity> {
        Ok(Identity::of(&open::stat(&self.open)?))
    }

    /// Facts about the entry `name`; `.` is the directory itself. With `attributes` also its extended attributes. A regular
    /// file that this user may not read is the error that opening it gives.
    pub fn look(&self, name: &[u8], attributes: bool) -> io::Result<Facts> {
        let c_name = c_path(name)?;
        let stat = self.stat(&c_name)?;
        let mode = stat.st_mode;
        // A file that everybody may read is not tried; one that only its owner may read is reported now, not after half an image.
        if mode & libc::S_IFMT == libc::S_IFREG && mode & libc::S_IROTH == 0 {
            open::regular_in(&self.open, name, Some(Identity::of(&stat)))?;
        }
        let target = if mode & libc::S_IFMT == libc::S_IFLNK { self.target(&c_name)? } else { Vec::new() };
        let attributes =
            if attributes { xattr::read_all_in(&self.open, &c_name, || self.path_of(name))? } else { Vec::new() };
        Ok(Facts { stat, target, attributes })
    }

    fn stat(&self, name: &CStr) -> io::Result<libc::stat> {
        let mut stat = MaybeUninit::<libc::stat>::uninit();
        let into = stat.as_mut_ptr();
        // SAFETY: the descriptor is open, the name ends in zero, and there is room for the answer.
        let failed = unsafe { libc::fstatat(self.open.as_raw_fd(), name.as_ptr(), into, libc::AT_SYMLINK_NOFOLLOW) };
        if failed != 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the call has filled it.
        Ok(unsafe { stat.assume_init() })
    }

    fn target(&self, name: &CStr) -> io::Result<Vec<u8>> {
        let mut target = vec![0; 256];
        loop {
            let fd = self.open.as_raw_fd();
            // SAFETY: the descriptor is open, the name ends in zero, the buffer is writable for its length.
            let count = unsafe { libc::readlinkat(fd, name.as_ptr(), target.as_mut_ptr().cast(), target.len()) };
            let count = usize::try_from(count).map_err(|_| io::Error::last_os_error())?;
            // A full buffer may have only the beginning.
            if count < target.len() {
                target.truncate(count);
                return Ok(target);
            }
            if target.len() > MAX_TARGET {
                return Err(io::Error::from_raw_os_error(libc::ENAMETOOLONG));
            }
            target.resize(target.len() * 4, 0);
        }
    }

    /// For systems whose calls for attributes cannot begin at an open directory.
    fn path_of(&self, name: &[u8]) -> Vec<u8> {
        join(&self.path, name)
    }
}

/// A path to an open directory, even after it was moved; `None` on systems without /proc.
fn path_to(directory: &File) -> Option<Vec<u8>> {
    static WORKS: OnceLock<bool> = OnceLock::new();
    let path = format!("/proc/self/fd/{}", directory.as_raw_fd());
    let leads_there = || -> io::Result<bool> {
        let found = open::directory(format!("{path}/.").as_bytes(), None)?;
        Ok(Identity::of(&open::stat(&found)?) == Identity::of(&open::stat(directory)?))
    };
    WORKS.get_or_init(|| leads_there().unwrap_or(false)).then(|| path.into_bytes())
}
