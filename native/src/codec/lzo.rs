//! LZO1X blocks without a frame, by lzokay: one way to compress, 6 % larger than by the reference's lzo1x_999.

use super::{Encoder, Fault, no_memory};
use lzokay::compress::{Dict, compress_no_alloc, compress_worst_size};

/// Version of the library, which is pinned: it does not tell itself.
pub const VERSION: &str = "2.0.1";

/// The encoder of one thread.
pub struct Lzo {
    dict: Box<Dict>,
    output: Vec<u8>,
}

impl Lzo {
    /// An encoder; there are no settings.
    pub fn new() -> Self {
        Self { dict: Dict::new(), output: Vec::new() }
    }
}

impl Default for Lzo {
    fn default() -> Self {
        Self::new()
    }
}

impl Encoder for Lzo {
    fn encode(&mut self, block: &[u8]) -> Result<Option<&[u8]>, Fault> {
        let room = compress_worst_size(block.len());
        if self.output.len() < room {
            self.output.try_reserve_exact(room - self.output.len()).map_err(|_| no_memory(room))?;
            self.output.resize(room, 0);
        }
        let length = compress_no_alloc(block, &mut self.output, &mut self.dict)
            .map_err(|error| Fault::new(format!("lzokay fails: {error}")))?;
        Ok((length < block.len()).then(|| &self.output[..length]))
    }
}

/// Decompresses a block; gives the bytes written.
pub fn decode(block: &[u8], output: &mut [u8]) -> Result<usize, Fault> {
    lzokay::decompress::decompress(block, output)
        .map_err(|_| Fault::new("the block is not LZO1X, or longer than its limit"))
}
