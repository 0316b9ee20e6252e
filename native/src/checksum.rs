//! CRC-32C (Castagnoli) in the form ext4 and jbd2 use: no final inversion, the seed is `!0` or a previous result.
//! Uses the processor's instruction if it has one, otherwise tables; both give the same value.

/// The polynomial 0x1EDC6F41, reflected.
const POLYNOMIAL: u32 = 0x82f6_3b78;

/// `TABLES[k][b]`: the state after byte `b` and `k` zero bytes.
static TABLES: [[u32; 256]; 8] = slicing_tables();

/// Continues `seed` over `bytes`.
pub fn crc32c(seed: u32, bytes: &[u8]) -> u32 {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("sse4.2") {
        // SAFETY: the processor has SSE 4.2.
        return unsafe { hardware::crc32c(seed, bytes) };
    }
    #[cfg(target_arch = "aarch64")]
    if std::arch::is_aarch64_feature_detected!("crc") {
        // SAFETY: the processor has the CRC extension.
        return unsafe { hardware::crc32c(seed, bytes) };
    }
    software(seed, bytes)
}

/// Eight bytes per step by tables.
fn software(seed: u32, bytes: &[u8]) -> u32 {
    let mut crc = seed;
    let (words, tail) = bytes.as_chunks::<8>();
    for word in words {
        let [a, b, c, d, e, f, g, h] = (u64::from_le_bytes(*word) ^ u64::from(crc)).to_le_bytes().map(usize::from);
        crc = TABLES[7][a] ^ TABLES[6][b] ^ TABLES[5][c] ^ TABLES[4][d];
        crc ^= TABLES[3][e] ^ TABLES[2][f] ^ TABLES[1][g] ^ TABLES[0][h];
    }
    tail.iter().fold(crc, |crc, &byte| step(crc, byte))
}

const fn step(crc: u32, byte: u8) -> u32 {
    (crc >> 8) ^ TABLES[0][(crc as u8 ^ byte) as usize]
}

const fn slicing_tables() -> [[u32; 256]; 8] {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ POLYNOMIAL } else { crc >> 1 };
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut slice = 1;
    while slice < 8 {
        byte = 0;
        while byte < 256 {
            let previous = tables[slice - 1][byte];
            tables[slice][byte] = (previous >> 8) ^ tables[0][previous as usize & 0xff];
            byte += 1;
        }
        slice += 1;
    }
    tables
}

/// The instruction takes three cycles but a new one can start in each, so three lanes run in parallel; their states
/// are joined by shifting over the length of a lane, which is a linear map and therefore four table look-ups.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod hardware {
    #[cfg(target_arch = "aarch64")]
    use std::arch::aarch64::{__crc32cb, __crc32cd};
    #[cfg(target_arch = "x86_64")]
    use std::arch::x86_64::{_mm_crc32_u8, _mm_crc32_u64};

    /// Bytes of one lane, a multiple of eight.
    const LANE: usize = 1024;

    /// `SHIFT[k][b]`: byte `k` of a state, with value `b`, moved over `LANE` zero bytes.
    static SHIFT: [[u32; 256]; 4] = shift_tables();

    /// # Safety
    /// The processor must have SSE 4.2 (x86-64) or the CRC extension (arm64).
    #[cfg_attr(target_arch = "x86_64", target_feature(enable = "sse4.2"))]
    #[cfg_attr(target_arch = "aarch64", target_feature(enable = "crc"))]
    pub unsafe fn crc32c(seed: u32, bytes: &[u8]) -> u32 {
        let mut crc = seed;
        let (blocks, rest) = bytes.as_chunks::<{ 3 * LANE }>();
        for block in blocks {
            let (words, _) = block.as_chunks::<8>();
            let (mut second, mut third) = (0, 0);
            for i in 0..LANE / 8 {
                crc = word(crc, words[i]);
                second = word(second, words[i + LANE / 8]);
                third = word(third, words[i + LANE / 4]);
            }
            crc = shifted(shifted(crc) ^ second) ^ third;
        }
        let (words, tail) = rest.as_chunks::<8>();
        for w in words {
            crc = word(crc, *w);
        }
        for &b in tail {
            crc = byte(crc, b);
        }
        crc
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "sse4.2")]
    #[inline]
    fn word(crc: u32, word: [u8; 8]) -> u32 {
        _mm_crc32_u64(u64::from(crc), u64::from_le_bytes(word)) as u32
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "sse4.2")]
    #[inline]
    fn byte(crc: u32, byte: u8) -> u32 {
        _mm_crc32_u8(crc, byte)
    }

    #[cfg(target_arch = "aarch64")]
    #[target_feature(enable = "crc")]
    #[inline]
    fn word(crc: u32, word: [u8; 8]) -> u32 {
        __crc32cd(crc, u64::from_le_bytes(word))
    }

    #[cfg(target_arch = "aarch64")]
    #[target_feature(enable = "crc")]
    #[inline]
    fn byte(crc: u32, byte: u8) -> u32 {
        __crc32cb(crc, byte)
    }

    fn shifted(crc: u32) -> u32 {
        let [a, b, c, d] = crc.to_le_bytes().map(usize::from);
        SHIFT[0][a] ^ SHIFT[1][b] ^ SHIFT[2][c] ^ SHIFT[3][d]
    }

    const fn shift_tables() -> [[u32; 256]; 4] {
        let tables = super::slicing_tables();
        // The image of each single bit of a state; the rest follows by exclusive or.
        let mut images = [0; 32];
        let mut bit = 0;
        while bit < 32 {
            let mut crc: u32 = 1 << bit;
            let mut zero = 0;
            while zero < LANE {
                crc = (crc >> 8) ^ tables[0][crc as usize & 0xff];
                zero += 1;
            }
            images[bit] = crc;
            bit += 1;
        }
        let mut shift = [[0; 256]; 4];
        let mut at = 0;
        while at < 4 * 256 {
            let (byte, value) = (at / 256, at % 256);
            bit = 0;
            while bit < 8 {
                if value >> bit & 1 == 1 {
                    shift[byte][value] ^= images[8 * byte + bit];
                }
                bit += 1;
            }
            at += 1;
        }
        shift
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(length: usize) -> Vec<u8> {
        let mut state = 0x9e37_79b9_u32;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state >> 8) as u8
        };
        (0..length).map(|_| next()).collect()
    }

    #[test]
    fn check_value_of_the_catalogue() {
        assert_eq!(!crc32c(!0, b"123456789"), 0xe306_9283);
        assert_eq!(!software(!0, b"123456789"), 0xe306_9283);
    }

    #[test]
    fn iscsi_test_vectors() {
        // RFC 3720, appendix B.4.
        assert_eq!(!crc32c(!0, &[0; 32]), 0x8a91_36aa);
        assert_eq!(!crc32c(!0, &[0xff; 32]), 0x62a8_ab43);
    }

    #[test]
    fn instruction_tables_and_single_bytes_agree() {
        let data = noise(20_000);
        for length in (0..200).chain([1023, 1024, 3071, 3072, 3073, 6144, 9217, 20_000]) {
            let bytes = &data[..length];
            let slow = bytes.iter().fold(!0, |crc, &byte| step(crc, byte));
            assert_eq!(software(!0, bytes), slow, "tables, {length} bytes");
            assert_eq!(crc32c(!0, bytes), slow, "instruction, {length} bytes");
        }
    }

    #[test]
    fn continues_at_any_split_and_alignment() {
        let data = noise(7000);
        let whole = crc32c(!0, &data);
        for split in [0, 1, 7, 8, 9, 3000, 3072, 6999, 7000] {
            assert_eq!(crc32c(crc32c(!0, &data[..split]), &data[split..]), whole, "split at {split}");
        }
    }
}
