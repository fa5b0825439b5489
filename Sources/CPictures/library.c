#include "CPictures.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

// The layouts in these headers are those of one major version, which is in the library's name.
#define FILE_NAME(library, version) "lib" library ".so." AV_STRINGIFY(version)

static struct cpictures_library table;
static int is_complete;

static void load(void) {
    void *codec = dlopen(FILE_NAME("avcodec", LIBAVCODEC_VERSION_MAJOR), RTLD_NOW | RTLD_LOCAL);
    void *util = dlopen(FILE_NAME("avutil", LIBAVUTIL_VERSION_MAJOR), RTLD_NOW | RTLD_LOCAL);
    if (!codec || !util) return;
    const struct {
        void *library, *place;
        const char *name;
    } wanted[] = {
        {codec, &table.find_decoder, "avcodec_find_decoder"},
        {codec, &table.find_encoder, "avcodec_find_encoder"},
        {codec, &table.alloc_context, "avcodec_alloc_context3"},
        {codec, &table.free_context, "avcodec_free_context"},
        {codec, &table.open, "avcodec_open2"},
        {codec, &table.send_packet, "avcodec_send_packet"},
        {codec, &table.receive_frame, "avcodec_receive_frame"},
        {codec, &table.send_frame, "avcodec_send_frame"},
        {codec, &table.receive_packet, "avcodec_receive_packet"},
        {codec, &table.packet_alloc, "av_packet_alloc"},
        {codec, &table.packet_free, "av_packet_free"},
        {util, &table.frame_alloc, "av_frame_alloc"},
        {util, &table.frame_free, "av_frame_free"},
        {util, &table.frame_get_buffer, "av_frame_get_buffer"},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        void *symbol = dlsym(wanted[i].library, wanted[i].name);
        if (!symbol) return;
        memcpy(wanted[i].place, &symbol, sizeof symbol);
    }
    is_complete = 1;
}

const struct cpictures_library *cpictures_library(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return is_complete ? &table : NULL;
}
