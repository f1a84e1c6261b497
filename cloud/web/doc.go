// Package web serves the pages that people use: sign in, let a connector or a
// program in, see printers, send a document, watch jobs. It holds no rules of its
// own: what somebody may do is cloud's and cloud/oauth's decision.
//
// Every page works without JavaScript. live.js only saves reloading: it listens
// to /events and puts the new state of a job or printer into the page. print.js
// shows what will come out, and what cannot, while somebody chooses.
package web
