/* The interface of the files in this folder to the table in codecs.c. */
#ifndef ISOPRESS_CODEC_TABLE_H
#define ISOPRESS_CODEC_TABLE_H

#include "codecs.h"

/* One codec. */
struct codec {
	const char *name;
	const char *(*library)(void);
	/* Whether parameters are within the codec's scale. */
	int (*check)(const int32_t *parameters);
	/* The state of an encoder; null without memory. */
	void *(*open)(const int32_t *parameters);
	/* Bytes to reserve for the output of a block; null: as many as the block has. */
	size_t (*room)(size_t length);
	/* As codecs_encode(); blocks have two bytes or more, and `limit` is one byte less than the block. */
	int32_t (*encode)(void *state, const uint8_t *block, size_t length, uint8_t *output, size_t limit);
	void (*close)(void *state);
	/* As codecs_decode(); null for a part of a stream, which cannot be read alone. */
	int32_t (*decode)(const uint8_t *block, size_t length, uint8_t *output, size_t limit);
};

/* One format of streams. */
struct stream_format {
	const char *name;
	void *(*open)(uint32_t memory);
	/* One call of the library. Returns 1 if the stream may end and nothing is left to write, otherwise 0, or a fault. */
	int32_t (*step)(void *state, struct codecs_step *step, int32_t last);
	void (*close)(void *state);
};

static inline int is_within(int32_t value, int32_t least, int32_t most)
{
	return value >= least && value <= most;
}

/* Bytes that one call of a library read and wrote. */
static inline void advance(struct codecs_step *step, size_t read, size_t written)
{
	step->input += read;
	step->input_length -= read;
	step->output += written;
	step->output_length -= written;
}

#endif
