//! Memory that JavaScript fills and threads read in place.
//!
//! A thread must not read memory that JavaScript can take away: a buffer can be transferred, shrunk or collected while a
//! block of it is being compressed. So blocks are read in place only from memory that was allocated here, of which the
//! thread keeps a share; everything else is copied.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::collections::BTreeMap;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// One piece of memory, initially zero, that lives as long as anyone has a share of it.
pub struct Shared {
    start: NonNull<u8>,
    layout: Layout,
}

// SAFETY: plain memory at a fixed address, without meaning to this library. The contract with JavaScript is that it does
// not touch memory that a thread reads or fills; if it does, the codecs still stay within bounds.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

/// All live allocations, by their first byte.
static ALL: Mutex<BTreeMap<usize, Weak<Shared>>> = Mutex::new(BTreeMap::new());

/// No operation under this lock is left incomplete, so a panic elsewhere does not matter.
fn all() -> MutexGuard<'static, BTreeMap<usize, Weak<Shared>>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// `length` bytes, 1 or more; `None` without memory.
    pub fn allocate(length: usize) -> Option<Arc<Self>> {
        // Aligned to a cache line.
        let layout = Layout::from_size_align(length, 64).ok().filter(|layout| layout.size() > 0)?;
        // SAFETY: the size is not zero.
        let start = NonNull::new(unsafe { alloc_zeroed(layout) })?;
        let shared = Arc::new(Self { start, layout });
        all().insert(start.as_ptr() as usize, Arc::downgrade(&shared));
        Some(shared)
    }

    /// First byte.
    pub fn start(&self) -> *mut u8 {
        self.start.as_ptr()
    }

    /// Bytes.
    pub fn length(&self) -> usize {
        self.layout.size()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        all().remove(&(self.start.as_ptr() as usize));
        // SAFETY: it was allocated with this layout, and nobody has a share of it any more.
        unsafe { dealloc(self.start.as_ptr(), self.layout) };
    }
}

/// A block that a thread may read at any time.
pub enum Block {
    /// A part of shared memory, read in place.
    Shared {
        /// The share that keeps it alive.
        memory: Arc<Shared>,
        /// First byte of the block in it.
        at: usize,
        /// Bytes of the block.
        length: usize,
    },
    /// A copy.
    Copied(Box<[u8]>),
}

impl Block {
    /// A share of the memory of the bytes, or a copy of them.
    pub fn of(bytes: &[u8]) -> Self {
        let first = bytes.as_ptr() as usize;
        let found = all().range(..=first).next_back().and_then(|(_, memory)| memory.upgrade());
        if let Some(memory) = found {
            let at = first - memory.start.as_ptr() as usize;
            if at.checked_add(bytes.len()).is_some_and(|end| end <= memory.length()) {
                return Self::Shared { memory, at, length: bytes.len() };
            }
        }
        Self::Copied(bytes.into())
    }
}

impl Deref for Block {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            // SAFETY: the part is within the memory, which the share keeps alive.
            Self::Shared { memory, at, length } => unsafe {
                std::slice::from_raw_parts(memory.start.as_ptr().add(*at), *length)
            },
            Self::Copied(bytes) => bytes,
        }
    }
}

/// A part of shared memory that a thread may fill.
pub struct Room {
    memory: Arc<Shared>,
    at: usize,
    length: usize,
}

impl Room {
    /// The memory of the bytes; `None` if it was not allocated here.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match Block::of(bytes) {
            Block::Shared { memory, at, length } => Some(Self { memory, at, length }),
            Block::Copied(_) => None,
        }
    }

    /// `length` writable bytes from byte `at`; `None` if there are fewer.
    pub fn part(&mut self, at: usize, length: usize) -> Option<*mut u8> {
        let end = at.checked_add(length)?;
        (end <= self.length).then(|| self.memory.start().wrapping_add(self.at + at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(memory: &Shared) -> &[u8] {
        // SAFETY: the memory is alive and nobody writes to it.
        unsafe { std::slice::from_raw_parts(memory.start(), memory.length()) }
    }

    #[test]
    fn parts_of_shared_memory_are_read_in_place_and_keep_it_alive() {
        let memory = Shared::allocate(1000).expect("there is memory");
        let start = memory.start() as usize;
        for (from, to) in [(0, 1000), (0, 1), (999, 1000), (500, 500)] {
            let block = Block::of(&bytes(&memory)[from..to]);
            assert!(matches!(block, Block::Shared { at, length, .. } if at == from && length == to - from));
        }
        let block = Block::of(bytes(&memory));
        drop(memory);
        assert_eq!(block.len(), 1000);
        assert!(block.iter().all(|&byte| byte == 0));
        assert!(all().contains_key(&start));
        drop(block);
        assert!(!all().contains_key(&start));
    }

    #[test]
    fn room_ends_where_its_part_of_the_memory_ends() {
        let memory = Shared::allocate(1000).expect("there is memory");
        let mut room = Room::of(&bytes(&memory)[100..200]).expect("it is ours");
        assert_eq!(room.part(0, 100), Some(memory.start().wrapping_add(100)));
        assert_eq!(room.part(100, 0), Some(memory.start().wrapping_add(200)));
        for (at, length) in [(0, 101), (100, 1), (usize::MAX, 1), (1, usize::MAX)] {
            assert!(room.part(at, length).is_none());
        }
        assert!(Room::of(&[1, 2, 3]).is_none());
    }

    #[test]
    fn everything_else_is_copied() {
        let _neighbour = Shared::allocate(64).expect("there is memory");
        let own = vec![7; 100];
        let Block::Copied(copy) = Block::of(&own) else { panic!("not a copy") };
        assert_eq!(*copy, *own);
        assert!(Block::of(&[]).is_empty());
    }

    #[test]
    fn no_memory_and_no_bytes_give_nothing() {
        assert!(Shared::allocate(0).is_none());
        assert!(Shared::allocate(usize::MAX / 2).is_none());
        assert!(Shared::allocate(usize::MAX).is_none());
    }
}
