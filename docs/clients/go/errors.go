package main

import (
	"fmt"
	"os"
	"strings"

	pb "first/gen/atelier/resolver/v1"
	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"
)

// exitOn ends the program where a call has failed, with the reason that is in the error's details.
func exitOn(err error) {
	failed := status.Convert(err)
	reason := code.Code(failed.Code()).String()
	for _, detail := range failed.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			reason = info.Reason
		}
	}
	exitUnless(err == nil, reason, failed.Message())
}

func must[Answer any](answer Answer, err error) Answer {
	exitOn(err)
	return answer
}

func exitUnless(good bool, reason, message string) {
	if !good {
		fmt.Fprintf(os.Stderr, "%s: %s\n", reason, message)
		os.Exit(1)
	}
}

func state(scan *pb.Scan) string {
	return strings.TrimPrefix(scan.State.String(), "SCAN_STATE_")
}
