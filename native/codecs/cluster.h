/*
 * Clusters: input packed into pieces of a fixed compressed size, as EROFS stores files. A codec here compresses as much of
 * its input as fits into a number of bytes; the rest is common to all of them.
 */
#ifndef ISOPRESS_CLUSTER_H
#define ISOPRESS_CLUSTER_H

#include "table.h"

/*
 * Parameters of every cluster codec: 0: level. 1: log2 of a block in bytes. 2: blocks of a cluster, at most. 3: bytes of the
 * dictionary or window. 4: 1 if stored blocks have each byte at its offset within a block of the file, 0 if they start with
 * their first byte. 5: 1 if the last cluster of a segment is compressed whenever that makes it smaller.
 */
enum cluster_parameter { LEVEL, BLOCK_LOG, CLUSTER_BLOCKS, DICTIONARY, INTERLACED, TAIL };

#define MIN_BLOCK_LOG 9
#define MAX_BLOCK_LOG 16
/* Largest cluster in bytes, as in drivers. */
#define MAX_CLUSTER ((size_t)1 << 20)
/* Largest input of one cluster in bytes, and in blocks: the limit of a file's index. */
#define MAX_EXTENT ((size_t)2 << 20)
#define MAX_EXTENT_BLOCKS 1024

/* One codec of clusters. */
struct fitter {
	/* Whether level and dictionary are within the codec's scale. */
	int (*check)(const int32_t *parameters);
	/* The state of an encoder for clusters of at most `capacity` bytes; null without memory. */
	void *(*open)(const int32_t *parameters, size_t capacity);
	/* Forgets all earlier segments; null if nothing is remembered. */
	void (*begin)(void *state);
	/*
	 * Compresses as much of the input as fits into `capacity` bytes. Returns the bytes written, and how much of the input
	 * that was compressed in `consumed`; 0 if nothing fits; or a fault.
	 */
	int32_t (*fit)(void *state, const uint8_t *input, size_t length, uint8_t *output, size_t capacity,
		size_t *consumed);
	void (*close)(void *state);
};

extern const struct fitter fitter_lz4, fitter_lzma, fitter_deflate, fitter_zstd;

/* The rest of a row of the table, common to all of them. */
int cluster_check(const struct fitter *fitter, const int32_t *parameters);
void *cluster_open(const struct fitter *fitter, const int32_t *parameters);
size_t cluster_room(size_t length);
/*
 * Packs a segment: contiguous whole blocks, then for each extent of the segment, in order, the bytes of input and
 * the bytes of compressed data (0: a stored block), then the number of extents; each 32 bits, little endian. Compressed data
 * end where their last block ends, with zeros before them.
 */
int32_t cluster_encode(void *state, const uint8_t *segment, size_t length, uint8_t *output, size_t limit);
void cluster_close(void *state);

/* Compressed data without the zeros before them; shortens `length`. */
const uint8_t *cluster_start(const uint8_t *cluster, size_t *length);

/*
 * For codecs that can only compress a given input: searches for the longest input that fits. `attempt` compresses `length` bytes to
 * `trial` and returns the bytes of the result, or 0 for any reason to take less input.
 */
struct search {
	size_t (*attempt)(struct search *search, const uint8_t *input, size_t length);
	void *state;
	/* Buffer for a result of the largest input. */
	uint8_t *trial;
	size_t room;
	/* The fault that ends the search, CODECS_NO_MEMORY; otherwise 0. */
	int32_t fault;
	/* Input of the last full cluster, for the first guess. */
	size_t last;
};
int32_t search_fit(struct search *search, const uint8_t *input, size_t length, uint8_t *output, size_t capacity,
	size_t *consumed);

#endif
