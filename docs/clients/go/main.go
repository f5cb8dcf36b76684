// Scans cards and tells how that gets on: first REQUEST_ID CARD_ID...
package main

import (
	"context"
	pb "first/gen/atelier/resolver/v1"
	"fmt"
	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"os"
)

func main() {
	deadline := grpc.WithDefaultServiceConfig(`{"methodConfig": [{"name": [{}], "timeout": "60s"}]}`)
	scans := pb.NewScanServiceClient(must(grpc.NewClient(os.Getenv("ATELIER_ADDRESS"), deadline, grpc.WithTransportCredentials(insecure.NewCredentials()))))
	ctx := metadata.AppendToOutgoingContext(context.Background(), "authorization", "Bearer "+os.Getenv("ATELIER_TOKEN"))
	request := &pb.CreateScanRequest{RequestId: os.Args[1]}
	for _, card := range os.Args[2:] {
		id := pb.Detection_External{External: &pb.ExternalId{Source: "pokemontcg", ExternalId: card}}
		request.Detections = append(request.Detections, &pb.Detection{DetectionId: card, Evidence: &id})
	}
	scan := must(scans.CreateScan(ctx, request)).Scan
	for watch := must(scans.WatchScan(ctx, &pb.WatchScanRequest{ScanId: scan.ScanId})); scan.EndTime == nil; {
		scan = must(watch.Recv()).Scan
		fmt.Printf("%d/%d\n", scan.Progress.Done, scan.Progress.Total)
	}
	fmt.Printf("scan %s: %s, %d of %d cards known\n", scan.ScanId, scan.State, scan.GetResult().GetResolved(), scan.Progress.Total)
}

func must[Answer any](answer Answer, err error) Answer {
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: %s: %s\n", code.Code(status.Code(err)), status.Convert(err).Message())
		os.Exit(1)
	}
	return answer
}
