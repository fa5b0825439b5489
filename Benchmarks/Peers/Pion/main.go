// The plainest SFU one can write on Pion: one room, WHIP in, WHEP out, each RTP packet written to every
// subscriber. A peer to measure against and to try our own client with, not a part of Sluice.
//
//	pion HTTP-ADDRESS:PORT UDP-ADDRESS:PORT active|passive gcm|cm|any
//
// Pion's defaults throughout: its interceptors (NACK, reports, TWCC where offered), full ICE on one
// UDP port. Only the DTLS role is set, and the SRTP profile where one is named. Prints the port it
// serves HTTP on: POST …/whip and …/whep, DELETE what Location names, GET /statistics.
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
	"sync/atomic"

	"github.com/pion/dtls/v2"
	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v3"
)

// figures are what GET /statistics answers.
type figures struct {
	Audio  int64    `json:"audio"`
	Video  int64    `json:"video"`
	States []string `json:"states"`
}

// room is what its one publisher sends: a local track of each kind, shared by all subscribers.
type room struct {
	api *webrtc.API

	lock         sync.Mutex
	sessions     map[string]*webrtc.PeerConnection
	publisher    *webrtc.PeerConnection
	tracks       []*webrtc.TrackLocalStaticRTP
	video        webrtc.SSRC
	states       []string
	audioPackets int64
	videoPackets int64
}

func main() {
	if len(os.Args) != 5 {
		log.Fatal("usage: pion HTTP-ADDRESS:PORT UDP-ADDRESS:PORT active|passive gcm|cm|any")
	}
	api, err := newAPI(os.Args[2], os.Args[3], os.Args[4])
	check(err)
	here := &room{api: api, sessions: map[string]*webrtc.PeerConnection{}}
	listener, err := net.Listen("tcp", os.Args[1])
	check(err)
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, here))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func newAPI(udp, setup, cipher string) (*webrtc.API, error) {
	socket, err := net.ListenPacket("udp4", udp)
	if err != nil {
		return nil, err
	}
	if err := socket.(*net.UDPConn).SetReadBuffer(4 << 20); err != nil {
		return nil, err
	}
	settings := webrtc.SettingEngine{}
	settings.SetICEUDPMux(webrtc.NewICEUDPMux(nil, socket))
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	switch cipher {
	case "gcm":
		settings.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM)
	case "cm":
		settings.SetSRTPProtectionProfiles(dtls.SRTP_AES128_CM_HMAC_SHA1_80)
	}
	role := webrtc.DTLSRoleClient
	if setup == "passive" {
		role = webrtc.DTLSRoleServer
	}
	if err := settings.SetAnsweringDTLSRole(role); err != nil {
		return nil, err
	}
	media := &webrtc.MediaEngine{}
	if err := media.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	interceptors := &interceptor.Registry{}
	if err := webrtc.RegisterDefaultInterceptors(media, interceptors); err != nil {
		return nil, err
	}
	return webrtc.NewAPI(
		webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(media),
		webrtc.WithInterceptorRegistry(interceptors)), nil
}

func (r *room) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	path := request.URL.Path
	switch {
	case strings.HasSuffix(path, "/whip"):
		r.publish(response, request)
	case strings.HasSuffix(path, "/whep"):
		r.subscribe(response, request)
	case strings.HasPrefix(path, "/session/"):
		r.end(response, request)
	case path == "/statistics":
		r.report(response)
	default:
		http.NotFound(response, request)
	}
}

// publish takes the publisher's offer; each of its tracks is forwarded until it ends.
func (r *room) publish(response http.ResponseWriter, request *http.Request) {
	r.connect(response, request, func(connection *webrtc.PeerConnection) error {
		connection.OnTrack(func(remote *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
			r.forward(connection, remote)
		})
		return nil
	})
}

func (r *room) forward(connection *webrtc.PeerConnection, remote *webrtc.TrackRemote) {
	local, err := webrtc.NewTrackLocalStaticRTP(
		remote.Codec().RTPCodecCapability, remote.Kind().String(), "room")
	if err != nil {
		log.Print(err)
		return
	}
	count := &r.audioPackets
	r.lock.Lock()
	r.tracks = append(r.tracks, local)
	if remote.Kind() == webrtc.RTPCodecTypeVideo {
		r.publisher, r.video = connection, remote.SSRC()
		count = &r.videoPackets
	}
	r.lock.Unlock()
	for {
		packet, _, err := remote.ReadRTP()
		if err != nil {
			return
		}
		atomic.AddInt64(count, 1)
		if err := local.WriteRTP(packet); err != nil {
			log.Print(err)
		}
	}
}

// subscribe gives one more subscriber all tracks there are.
func (r *room) subscribe(response http.ResponseWriter, request *http.Request) {
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

// heed reads a subscriber's RTCP, which also drives the interceptors, and hands requests for key frames on.
func (r *room) heed(sender *webrtc.RTPSender) {
	for {
		packets, _, err := sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, packet := range packets {
			if _, isRequest := packet.(*rtcp.PictureLossIndication); isRequest {
				r.askForKeyframe()
			}
		}
	}
}

func (r *room) askForKeyframe() {
	r.lock.Lock()
	defer r.lock.Unlock()
	if r.publisher != nil {
		_ = r.publisher.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: uint32(r.video)}})
	}
}

// connect answers an offer; prepare adds what the connection is for.
func (r *room) connect(
	response http.ResponseWriter, request *http.Request, prepare func(*webrtc.PeerConnection) error,
) {
	offer, err := io.ReadAll(request.Body)
	if err != nil {
		return
	}
	connection, err := r.api.NewPeerConnection(webrtc.Configuration{})
	if err == nil {
		connection.OnConnectionStateChange(r.note)
		err = answer(connection, string(offer), prepare)
	}
	if err != nil {
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

func (r *room) note(state webrtc.PeerConnectionState) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.states = append(r.states, state.String())
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

func (r *room) report(response http.ResponseWriter) {
	r.lock.Lock()
	defer r.lock.Unlock()
	_ = json.NewEncoder(response).Encode(figures{
		Audio: atomic.LoadInt64(&r.audioPackets), Video: atomic.LoadInt64(&r.videoPackets), States: r.states,
	})
}
