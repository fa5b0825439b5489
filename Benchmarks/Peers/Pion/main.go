// The plainest SFU one can write on Pion: one room, WHIP in, WHEP out, each RTP
// packet written to every subscriber. A peer to measure against, not a part of Sluice.
//
//	pion HTTP-ADDRESS:PORT UDP-ADDRESS:PORT gcm|cm
//
// Pion's defaults throughout: its interceptors (NACK, reports, TWCC where offered), full ICE on one
// UDP port. Only the SRTP profile and the DTLS role are set, to those the generator measures.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"

	"github.com/pion/dtls/v2"
	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v3"
)

// room is what its one publisher sends: a local track of each kind, shared by all subscribers.
type room struct {
	api *webrtc.API

	lock      sync.Mutex
	publisher *webrtc.PeerConnection
	tracks    []*webrtc.TrackLocalStaticRTP
	video     webrtc.SSRC
}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: pion HTTP-ADDRESS:PORT UDP-ADDRESS:PORT gcm|cm")
	}
	api, err := newAPI(os.Args[2], os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	here := &room{api: api}
	http.HandleFunc("/rooms/bench/whip", here.publish)
	http.HandleFunc("/rooms/bench/whep", here.subscribe)
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}

func newAPI(udp, cipher string) (*webrtc.API, error) {
	profiles := map[string]dtls.SRTPProtectionProfile{
		"gcm": dtls.SRTP_AEAD_AES_128_GCM,
		"cm":  dtls.SRTP_AES128_CM_HMAC_SHA1_80,
	}
	profile, known := profiles[cipher]
	if !known {
		return nil, fmt.Errorf("no such cipher: %s", cipher)
	}
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
	settings.SetSRTPProtectionProfiles(profile)
	if err := settings.SetAnsweringDTLSRole(webrtc.DTLSRoleServer); err != nil {
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
		remote.Codec().RTPCodecCapability, remote.Kind().String(), "bench")
	if err != nil {
		log.Print(err)
		return
	}
	r.lock.Lock()
	r.tracks = append(r.tracks, local)
	if remote.Kind() == webrtc.RTPCodecTypeVideo {
		r.publisher, r.video = connection, remote.SSRC()
	}
	r.lock.Unlock()
	for {
		packet, _, err := remote.ReadRTP()
		if err != nil {
			return
		}
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
		err = answer(connection, string(offer), prepare)
	}
	if err != nil {
		http.Error(response, err.Error(), http.StatusInternalServerError)
		return
	}
	response.Header().Set("Content-Type", "application/sdp")
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
