// Package printer is a local print queue as we see it, and the pure rules about
// it: capabilities from IPP to CDD, a ticket into job attributes, states to CDS
// and CJS. It does no input or output; package cups does.
package printer
