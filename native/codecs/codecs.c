/* The table of codecs and stream formats, and the interface on top of it. */

#include "table.h"

#include <stdlib.h>

extern const struct codec codec_gzip, codec_lz4, codec_lzo, codec_xz, codec_zstd;
extern const struct codec codec_gzip_part, codec_zstd_part;
extern const struct codec codec_cluster_lz4, codec_cluster_lzma, codec_cluster_deflate, codec_cluster_zstd;
extern const struct stream_format stream_lz4, stream_lzma, stream_xz, stream_zstd;

static const struct codec *const CODECS[] = {
	&codec_gzip, &codec_xz, &codec_zstd, &codec_lz4, &codec_lzo, &codec_gzip_part, &codec_zstd_part,
	&codec_cluster_lz4, &codec_cluster_lzma, &codec_cluster_deflate, &codec_cluster_zstd,
};
static const struct stream_format *const STREAMS[] = { &stream_xz, &stream_lzma, &stream_zstd, &stream_lz4 };

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

struct codecs_encoder {
	const struct codec *codec;
	void *state;
};

struct codecs_stream {
	const struct stream_format *format;
	void *state;
	int32_t may_end;
};

const char *codecs_fault(int32_t fault)
{
	switch (fault) {
	case CODECS_SETTINGS: return "the settings are outside the scale";
	case CODECS_NO_MEMORY: return "there is not enough memory";
	case CODECS_DAMAGED: return "the data are not in this format";
	case CODECS_LONGER: return "the block is cut off or longer than its limit";
	case CODECS_CUT_OFF: return "the stream ends too early";
	case CODECS_TOO_HUNGRY: return "the window or dictionary is larger than allowed";
	case CODECS_CHECKSUM: return "the content does not match its checksum";
	case CODECS_UNSUPPORTED: return "the stream uses a feature that is not supported";
	default: return "the library fails";
	}
}

uint32_t codecs_count(void) { return COUNT(CODECS); }
const char *codecs_name(uint32_t codec) { return codec < COUNT(CODECS) ? CODECS[codec]->name : NULL; }
const char *codecs_library(uint32_t codec) { return codec < COUNT(CODECS) ? CODECS[codec]->library() : NULL; }

int32_t codecs_check(uint32_t codec, const int32_t *parameters)
{
	return codec < COUNT(CODECS) && CODECS[codec]->check(parameters) ? 0 : CODECS_SETTINGS;
}

struct codecs_encoder *codecs_encoder_open(uint32_t codec, const int32_t *parameters)
{
	struct codecs_encoder *encoder = codec < COUNT(CODECS) ? malloc(sizeof *encoder) : NULL;
	if (encoder == NULL) return NULL;
	encoder->codec = CODECS[codec];
	encoder->state = encoder->codec->open(parameters);
	if (encoder->state != NULL) return encoder;
	free(encoder);
	return NULL;
}

size_t codecs_encoder_room(const struct codecs_encoder *encoder, size_t length)
{
	return encoder->codec->room == NULL ? length : encoder->codec->room(length);
}

int32_t codecs_encode(struct codecs_encoder *encoder, const uint8_t *block, size_t length, uint8_t *output)
{
	if (length > CODECS_MAX_BLOCK) return CODECS_SETTINGS;
	return length < 2 ? 0 : encoder->codec->encode(encoder->state, block, length, output, length - 1);
}

void codecs_encoder_close(struct codecs_encoder *encoder)
{
	if (encoder == NULL) return;
	encoder->codec->close(encoder->state);
	free(encoder);
}

int32_t codecs_decode(uint32_t codec, const uint8_t *block, size_t length, uint8_t *output, size_t limit)
{
	if (codec >= COUNT(CODECS) || limit > CODECS_MAX_BLOCK) return CODECS_SETTINGS;
	if (CODECS[codec]->decode == NULL) return CODECS_UNSUPPORTED;
	return length == 0 ? CODECS_DAMAGED : CODECS[codec]->decode(block, length, output, limit);
}

uint32_t codecs_stream_count(void) { return COUNT(STREAMS); }
const char *codecs_stream_name(uint32_t format) { return format < COUNT(STREAMS) ? STREAMS[format]->name : NULL; }

struct codecs_stream *codecs_stream_open(uint32_t format, uint32_t memory)
{
	struct codecs_stream *stream = format < COUNT(STREAMS) ? malloc(sizeof *stream) : NULL;
	if (stream == NULL) return NULL;
	stream->format = STREAMS[format];
	stream->may_end = 0;
	stream->state = stream->format->open(memory);
	if (stream->state != NULL) return stream;
	free(stream);
	return NULL;
}

int32_t codecs_stream_step(struct codecs_stream *stream, struct codecs_step *step, int32_t last)
{
	for (;;) {
		/* After the end of a frame a library asks for the header of another one, which is optional. */
		if (stream->may_end && step->input_length == 0) return 1;
		size_t room = step->output_length;
		int32_t status = stream->format->step(stream->state, step, last);
		if (status < 0) return status;
		stream->may_end = status;
		if (step->output_length == 0) return status;
		if (step->input_length > 0 || step->output_length < room) continue;
		return last && !status ? CODECS_CUT_OFF : status;
	}
}

void codecs_stream_close(struct codecs_stream *stream)
{
	if (stream == NULL) return;
	stream->format->close(stream->state);
	free(stream);
}
