// libavcodec, loaded when the first picture is wanted: a server that may never draw one need not
// carry it, nor the hundred libraries behind it.
#pragma once
#include <libavcodec/avcodec.h>

/// The calls that stills need, each as in libavcodec's and libavutil's headers.
struct cpictures_library {
    __typeof__(avcodec_find_decoder) *_Nonnull find_decoder;
    __typeof__(avcodec_find_encoder) *_Nonnull find_encoder;
    __typeof__(avcodec_alloc_context3) *_Nonnull alloc_context;
    __typeof__(avcodec_free_context) *_Nonnull free_context;
    __typeof__(avcodec_open2) *_Nonnull open;
    __typeof__(avcodec_send_packet) *_Nonnull send_packet;
    __typeof__(avcodec_receive_frame) *_Nonnull receive_frame;
    __typeof__(avcodec_send_frame) *_Nonnull send_frame;
    __typeof__(avcodec_receive_packet) *_Nonnull receive_packet;
    __typeof__(av_packet_alloc) *_Nonnull packet_alloc;
    __typeof__(av_packet_free) *_Nonnull packet_free;
    __typeof__(av_frame_alloc) *_Nonnull frame_alloc;
    __typeof__(av_frame_free) *_Nonnull frame_free;
    __typeof__(av_frame_get_buffer) *_Nonnull frame_get_buffer;
};

/// The table, for good; NULL where the libraries of these headers' versions are not installed.
const struct cpictures_library *_Nullable cpictures_library(void);
