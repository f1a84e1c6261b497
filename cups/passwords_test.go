package cups

import (
	"testing"

	"github.com/OpenPrinting/goipp"
)

// A password is an operation attribute of the request that it is for (PWG 5100.11,
// 5.1; PWG 5100.13, 5.1), and everything else belongs to the job.
func TestPasswordsAreOfTheOperation(t *testing.T) {
	attrs := goipp.Attributes{
		goipp.MakeAttribute("copies", goipp.TagInteger, goipp.Integer(2)),
		goipp.MakeAttribute("job-password", goipp.TagString, goipp.Binary("1234")),
		goipp.MakeAttribute("job-password-encryption", goipp.TagKeyword, goipp.String("none")),
		goipp.MakeAttribute("document-password", goipp.TagString, goipp.Binary("secret")),
	}
	for op, want := range map[goipp.Op][2]int{
		goipp.OpCreateJob: {2, 1}, goipp.OpPrintJob: {3, 1}, goipp.OpSendDocument: {1, 0},
	} {
		r := (&request{op: op}).ticket(attrs)
		if len(r.attr) != want[0] || len(r.job) != want[1] {
			t.Errorf("%s: %v and %v, want %v of them", op, r.attr, r.job, want)
		}
	}
}
