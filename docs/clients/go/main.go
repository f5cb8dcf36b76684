// Scans cards and tells how that gets on: first REQUEST_ID CARD_ID...
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	pb "first/gen/atelier/resolver/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
)

func main() {
	plaintext := grpc.WithTransportCredentials(insecure.NewCredentials())
	scans := pb.NewScanServiceClient(must(grpc.NewClient(os.Getenv("ATELIER_ADDRESS"), plaintext)))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+os.Getenv("ATELIER_TOKEN"))
	request := &pb.CreateScanRequest{RequestId: os.Args[1]}
	for _, card := range os.Args[2:] {
		id := &pb.Detection_External{External: &pb.ExternalId{Source: "pokemontcg", ExternalId: card}}
		request.Detections = append(request.Detections, &pb.Detection{DetectionId: card, Evidence: id})
	}
	scan := must(scans.CreateScan(ctx, request)).Scan
	watch := must(scans.WatchScan(ctx, &pb.WatchScanRequest{ScanId: scan.ScanId}))
	for told, err := watch.Recv(); err != io.EOF; told, err = watch.Recv() {
		exitOn(err)
		scan = told.Scan
		fmt.Printf("%s %d/%d\n", state(scan), scan.Progress.Done, scan.Progress.Total)
	}
	exitUnless(scan.Result != nil, state(scan), scan.Error.GetMessage())
	fmt.Printf("scan %s: %d of %d cards known\n", scan.ScanId, scan.Result.Resolved, scan.Result.TotalDetections)
}
