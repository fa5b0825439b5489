// A WHIP and WHEP server made of Pion, at 127.0.0.1. Prints its port.
//
//	pion active|passive
//
// What the one publisher sends goes to each viewer as it is. POST /whip and /whep, DELETE what
// Location names, GET /statistics.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v3"
)

// figures are what GET /statistics answers.
type figures struct {
	Audio  int      `json:"audio"`
	Video  int      `json:"video"`
	States []string `json:"states"`
}

type room struct {
	api *webrtc.API

	lock      sync.Mutex
	sessions  map[string]*webrtc.PeerConnection
	publisher *webrtc.PeerConnection
	picture   webrtc.SSRC
	tracks    []*webrtc.TrackLocalStaticRTP
	figures   figures
}

func main() {
	role := webrtc.DTLSRoleClient
	if len(os.Args) > 1 && os.Args[1] == "passive" {
		role = webrtc.DTLSRoleServer
	}
	settings := webrtc.SettingEngine{}
	socket, err := net.ListenPacket("udp4", "127.0.0.1:0")
	check(err)
	settings.SetICEUDPMux(webrtc.NewICEUDPMux(nil, socket))
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	check(settings.SetAnsweringDTLSRole(role))
	media := &webrtc.MediaEngine{}
	check(media.RegisterDefaultCodecs())
	interceptors := &interceptor.Registry{}
	check(webrtc.RegisterDefaultInterceptors(media, interceptors))
	here := &room{
		api: webrtc.NewAPI(
			webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(media),
			webrtc.WithInterceptorRegistry(interceptors)),
		sessions: map[string]*webrtc.PeerConnection{},
	}
	http.HandleFunc("/whip", here.publish)
	http.HandleFunc("/whep", here.watch)
	http.HandleFunc("/session/", here.end)
	http.HandleFunc("/statistics", here.report)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, nil))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// publish takes a publisher's tracks and asks for a key frame of each picture.
func (r *room) publish(response http.ResponseWriter, request *http.Request) {
	r.connect(response, request, func(connection *webrtc.PeerConnection) error {
		connection.OnTrack(func(remote *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
			r.forward(connection, remote)
		})
		return nil
	})
}

func (r *room) forward(connection *webrtc.PeerConnection, remote *webrtc.TrackRemote) {
	kind := remote.Kind().String()
	local, err := webrtc.NewTrackLocalStaticRTP(remote.Codec().RTPCodecCapability, kind, "room")
	check(err)
	isPicture := remote.Kind() == webrtc.RTPCodecTypeVideo
	r.lock.Lock()
	r.tracks = append(r.tracks, local)
	if isPicture {
		r.publisher, r.picture = connection, remote.SSRC()
	}
	r.lock.Unlock()
	for {
		packet, _, err := remote.ReadRTP()
		if err != nil {
			return
		}
		r.lock.Lock()
		if isPicture {
			r.figures.Video++
		} else {
			r.figures.Audio++
		}
		r.lock.Unlock()
		_ = local.WriteRTP(packet)
	}
}

// watch gives a viewer all tracks there are.
func (r *room) watch(response http.ResponseWriter, request *http.Request) {
	r.connect(response, request, func(connection *webrtc.PeerConnection) error {
		r.lock.Lock()
		defer r.lock.Unlock()
		for _, track := range r.tracks {
			sender, err := connection.AddTrack(track)
			if err != nil {
				return err
			}
			go r.heed(sender)
		}
		return nil
	})
}

// heed reads a viewer's RTCP, which also drives retransmission, and passes on the wish for a key frame.
func (r *room) heed(sender *webrtc.RTPSender) {
	for {
		packets, _, err := sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, packet := range packets {
			if _, isRequest := packet.(*rtcp.PictureLossIndication); isRequest {
				r.lock.Lock()
				_ = r.publisher.WriteRTCP([]rtcp.Packet{
					&rtcp.PictureLossIndication{MediaSSRC: uint32(r.picture)},
				})
				r.lock.Unlock()
			}
		}
	}
}

// connect answers an offer; prepare adds what the session is for.
func (r *room) connect(
	response http.ResponseWriter, request *http.Request, prepare func(*webrtc.PeerConnection) error,
) {
	offer, err := io.ReadAll(request.Body)
	check(err)
	connection, err := r.api.NewPeerConnection(webrtc.Configuration{})
	check(err)
	connection.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		r.lock.Lock()
		defer r.lock.Unlock()
		r.figures.States = append(r.figures.States, state.String())
	})
	if err := answer(connection, string(offer), prepare); err != nil {
		http.Error(response, err.Error(), http.StatusBadRequest)
		return
	}
	r.lock.Lock()
	name := fmt.Sprintf("/session/%d", len(r.sessions))
	r.sessions[name] = connection
	r.lock.Unlock()
	response.Header().Set("Content-Type", "application/sdp")
	response.Header().Set("Location", "http://"+request.Host+name)
	response.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(response, connection.LocalDescription().SDP)
}

func answer(connection *webrtc.PeerConnection, offer string, prepare func(*webrtc.PeerConnection) error) error {
	remote := webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}
	if err := connection.SetRemoteDescription(remote); err != nil {
		return err
	}
	if err := prepare(connection); err != nil {
		return err
	}
	local, err := connection.CreateAnswer(nil)
	if err != nil {
		return err
	}
	gathered := webrtc.GatheringCompletePromise(connection)
	if err := connection.SetLocalDescription(local); err != nil {
		return err
	}
	<-gathered
	return nil
}

func (r *room) end(response http.ResponseWriter, request *http.Request) {
	r.lock.Lock()
	connection, known := r.sessions[strings.TrimSuffix(request.URL.Path, "/")]
	r.lock.Unlock()
	if request.Method != http.MethodDelete || !known {
		http.Error(response, "no such session", http.StatusNotFound)
		return
	}
	_ = connection.Close()
}

func (r *room) report(response http.ResponseWriter, _ *http.Request) {
	r.lock.Lock()
	defer r.lock.Unlock()
	_ = json.NewEncoder(response).Encode(r.figures)
}
