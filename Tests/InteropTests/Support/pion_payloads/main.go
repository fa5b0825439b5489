// AV1 in RTP as Pion has it, from file to file.
//
//	pion_payloads pack IN OUT      OBUs without sizes into packets
//	pion_payloads unpack IN OUT    packets into OBUs
//
// A record of OBUs is a timestamp and a length of four octets each, then the OBU. A packet stands
// behind its length in two octets (RFC 4571).
package main

import (
	"bytes"
	"encoding/binary"
	"log"
	"os"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/rtp/pkg/frame"
)

type record struct {
	timestamp uint32
	unit      []byte
}

func records(data []byte) (all []record) {
	for len(data) > 0 {
		length := binary.BigEndian.Uint32(data[4:])
		all = append(all, record{binary.BigEndian.Uint32(data), data[8 : 8+length]})
		data = data[8+length:]
	}
	return all
}

// limit is the length of payloads at which none holds 127 octets: Pion 1.7 writes that length wrong.
func limit(unit int) uint16 {
	length := 1200
	for unit%(length-3) == 127 {
		length--
	}
	return uint16(length)
}

func pack(data []byte) []byte {
	var out bytes.Buffer
	all := records(data)
	number := uint16(65500)
	for index, entry := range all {
		payloads := (&codecs.AV1Payloader{}).Payload(limit(len(entry.unit)), entry.unit)
		endsPicture := index+1 == len(all) || all[index+1].timestamp != entry.timestamp
		for place, payload := range payloads {
			packet := rtp.Packet{
				Header: rtp.Header{
					Version: 2, PayloadType: 96, SequenceNumber: number, Timestamp: entry.timestamp,
					SSRC: 1, Marker: endsPicture && place+1 == len(payloads),
				},
				Payload: payload,
			}
			octets, err := packet.Marshal()
			if err != nil {
				log.Fatal(err)
			}
			_ = binary.Write(&out, binary.BigEndian, uint16(len(octets)))
			out.Write(octets)
			number++
		}
	}
	return out.Bytes()
}

func unpack(data []byte) []byte {
	var out bytes.Buffer
	var assembler frame.AV1
	for len(data) > 0 {
		length := binary.BigEndian.Uint16(data)
		var packet rtp.Packet
		if err := packet.Unmarshal(data[2 : 2+length]); err != nil {
			log.Fatal(err)
		}
		data = data[2+length:]
		var payload codecs.AV1Packet
		if _, err := payload.Unmarshal(packet.Payload); err != nil {
			log.Fatal(err)
		}
		units, err := assembler.ReadFrames(&payload)
		if err != nil {
			log.Fatal(err)
		}
		for _, unit := range units {
			_ = binary.Write(&out, binary.BigEndian, []uint32{packet.Timestamp, uint32(len(unit))})
			out.Write(unit)
		}
	}
	return out.Bytes()
}

func main() {
	data, err := os.ReadFile(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	if os.Args[1] == "pack" {
		data = pack(data)
	} else {
		data = unpack(data)
	}
	if err := os.WriteFile(os.Args[3], data, 0o600); err != nil {
		log.Fatal(err)
	}
}
