/*
 * The codec core: every codec behind one small interface, for the native addon and for the WebAssembly module. The same
 * sources, built twice, give the same bytes.
 *
 * Each block is compressed and decompressed separately. Streams are decompressed piece by piece in bounded memory.
 * Nothing here starts threads, does I/O or keeps state beyond the objects that callers open.
 */
#ifndef ISOPRESS_CODECS_H
#define ISOPRESS_CODECS_H

#include <stddef.h>
#include <stdint.h>

/* Parameters of an encoder. Each codec documents its own; the rest is zero. */
#define CODECS_PARAMETERS 6

/* Largest block, in bytes: far above that of any format here, and far below the 32-bit limit. */
#define CODECS_MAX_BLOCK (64u << 20)

/* Faults are negative results; codecs_fault() has their texts. */
enum codecs_fault {
	CODECS_SETTINGS = -1,    /* parameters outside the codec's scale */
	CODECS_NO_MEMORY = -2,   /* the system gives no memory */
	CODECS_DAMAGED = -3,     /* not in this format */
	CODECS_LONGER = -4,      /* more bytes than the limit, or cut off */
	CODECS_CUT_OFF = -5,     /* the stream ends too early */
	CODECS_TOO_HUNGRY = -6,  /* needs a larger window or dictionary than allowed */
	CODECS_CHECKSUM = -7,    /* the content does not have its checksum */
	CODECS_UNSUPPORTED = -8, /* a feature of the format that is not read */
	CODECS_FAILED = -9,      /* the library fails for no known reason */
};

/* One clause without a full stop: "the stream ends too early". */
const char *codecs_fault(int32_t fault);

/* Codecs are numbered from 0. */
uint32_t codecs_count(void);
/* `gzip`, the name in requests. `gzip-part`: a part of a stream, which cannot be decoded alone. */
const char *codecs_name(uint32_t codec);
/* Name and version of the library: `libdeflate@1.26`. */
const char *codecs_library(uint32_t codec);

/* 0, or CODECS_SETTINGS. */
int32_t codecs_check(uint32_t codec, const int32_t *parameters);

struct codecs_encoder;

/* An encoder for one thread; null without memory. The parameters have been checked. */
struct codecs_encoder *codecs_encoder_open(uint32_t codec, const int32_t *parameters);
/* Bytes that codecs_encode() may need at its output for a block of `length` bytes. */
size_t codecs_encoder_room(const struct codecs_encoder *encoder, size_t length);
/*
 * Compresses a block; returns the length of the result, 0 if it is not smaller than the block, or a fault. Codecs that pack
 * segments into clusters (cluster.h) give their result at any length. The result
 * depends only on the block and the parameters.
 */
int32_t codecs_encode(struct codecs_encoder *encoder, const uint8_t *block, size_t length, uint8_t *output);
void codecs_encoder_close(struct codecs_encoder *encoder);

/* Decompresses a whole block to at most `limit` bytes; returns their number or a fault. */
int32_t codecs_decode(uint32_t codec, const uint8_t *block, size_t length, uint8_t *output, size_t limit);

/* Formats of streams, numbered from 0. */
uint32_t codecs_stream_count(void);
/* `xz`, `lzma`, `zstd`, `lz4`. */
const char *codecs_stream_name(uint32_t format);

struct codecs_stream;

/* One step of a stream. The decoder advances `input` and `output` and shortens both lengths. */
struct codecs_step {
	const uint8_t *input;
	size_t input_length;
	uint8_t *output;
	size_t output_length;
};

/* A decoder of a stream that takes at most about `memory` bytes; null without memory. */
struct codecs_stream *codecs_stream_open(uint32_t format, uint32_t memory);
/*
 * Decompresses until the input is used up or the output is full. `last`: no input follows. Returns 1 where the stream may
 * end, 0 where it may not, or a fault. Concatenated streams and skippable frames are read as one stream.
 */
int32_t codecs_stream_step(struct codecs_stream *stream, struct codecs_step *step, int32_t last);
void codecs_stream_close(struct codecs_stream *stream);

#endif
