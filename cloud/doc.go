// Package cloud is the service's rules: who may do what to which printer, which
// job state may follow which, and what is told to whom. It knows no SQL, no HTTP
// and no XMPP: the store (cloud/store), the documents (cloud/blob), the interfaces
// (cloud/api, cloud/web) and push (cloud/push) are reached through the small
// interfaces that it declares, or call its Service.
package cloud
