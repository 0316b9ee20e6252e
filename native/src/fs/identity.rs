//! Identities of whole files: digests that depend neither on how a file is read nor on its holes. `docs/keys.md` has their form.

use sha2::{Digest, Sha256};

/// Zeros are distinguished from data in aligned blocks of this many bytes.
pub const BLOCK: usize = 4096;

/// An identity in the making.
#[derive(Default)]
pub struct Identity {
    data: Sha256,
    /// Of the positions where data turns to zeros or back; none as long as there was no block of zeros.
    edges: Option<Sha256>,
    in_zeros: bool,
    at: u64,
}

impl Identity {
    /// Takes the next bytes: whole blocks, except at the end of the content.
    pub fn add(&mut self, bytes: &[u8]) {
        let mut start = 0;
        while start < bytes.len() {
            let zero = is_zero(block(bytes, start));
            let mut end = start;
            while end < bytes.len() && is_zero(block(bytes, end)) == zero {
                end += block(bytes, end).len();
            }
            self.take(&bytes[start..end], zero);
            start = end;
        }
    }

    /// The identity of all bytes.
    pub fn end(self) -> [u8; 32] {
        let data = self.data.finalize();
        match self.edges {
            None => data.into(),
            Some(edges) => Sha256::new().chain_update(data).chain_update(edges.finalize()).finalize().into(),
        }
    }

    fn take(&mut self, bytes: &[u8], zero: bool) {
        if zero != self.in_zeros {
            self.in_zeros = zero;
            self.edges.get_or_insert_default().update(self.at.to_le_bytes());
        }
        if !zero {
            self.data.update(bytes);
        }
        self.at += bytes.len() as u64;
    }
}

fn block(bytes: &[u8], start: usize) -> &[u8] {
    &bytes[start..bytes.len().min(start + BLOCK)]
}

fn is_zero(block: &[u8]) -> bool {
    // Most blocks of data do not begin with a zero.
    block[0] == 0 && block.iter().fold(0, |all, byte| all | byte) == 0
}
