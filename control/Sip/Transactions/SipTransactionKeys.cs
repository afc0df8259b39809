using System.Net;

namespace MediaEngine.Sip;

/// <summary>How messages find their transaction (RFC 3261 17.1.3, 17.2.3) and responses their way back (18.2.2, RFC 3581).</summary>
internal static class SipTransactionKeys
{
    public static string ForClient(string branch, string method) => branch + "|" + method;

    /// <summary>Branch, sent-by and method; without the cookie the fields of RFC 2543. ACK and CANCEL can ask for their INVITE's.</summary>
    public static string ForServer(SipRequest request, SipVia via, string method) => via.HasMagicBranch
        ? $"{via.Branch}|{via.SentBy}|{method}"
        : $"2543|{request.CallId}|{request.From?.Tag}|{request.CSeq.Number}|{via.SentBy}|{via.Branch}|{method}";

    /// <summary>Null for requests within a dialog.</summary>
    public static string? ForMerge(SipRequest request) => request.To is { Tag: null } && request.From?.Tag is { } tag
        ? $"{request.CallId}|{tag}|{request.CSeq.Number}|{request.CSeq.Method}"
        : null;

    /// <summary>The ACK for a 2xx has its own branch: dialog and CSeq tell which 2xx it is for.</summary>
    public static string ForAck(SipMessage message) =>
        $"{message.CallId}|{message.From?.Tag}|{message.To?.Tag}|{message.CSeq.Number}";

    /// <summary>The dialog of a message that the UAS of its INVITE sends: a response to it, or a request.</summary>
    public static string ForDialogOfServer(SipMessage message) => message is SipRequest
        ? $"{message.CallId}|{message.To?.Tag}|{message.From?.Tag}"
        : $"{message.CallId}|{message.From?.Tag}|{message.To?.Tag}";

    /// <summary>Writes received and rport into the top Via of a request that came over the flow.</summary>
    public static void StampVia(SipRequest request, SipVia via, SipFlow flow)
    {
        string source = flow.Remote.Address.ToString();
        bool changed = false;
        if (via.HasRPort)
        {
            via.Parameters.Set("rport", flow.Remote.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
            changed = true;
        }
        if (via.HasRPort || !via.Host.Trim('[', ']').Equals(source, StringComparison.OrdinalIgnoreCase))
        {
            via.Parameters.Set("received", source);
            changed = true;
        }
        else if (via.Parameters.Remove("received"))
            changed = true;
        if (changed)
            request.Headers.ReplaceFirst("Via", via.ToString());
    }

    /// <summary>
    /// Down the flow; when that is gone, or over UDP without rport, to the source address and the sent-by port. Never to a host
    /// the sender merely names.
    /// </summary>
    public static SipDestination ForResponse(SipVia via, SipFlow flow)
    {
        int port = via.Port == 0 ? 5060 : via.Port;
        return flow.Transport == SipTransportKind.Udp && via.HasRPort
            ? new SipDestination(flow.Transport, flow.Remote, flow)
            : new SipDestination(flow.Transport, new IPEndPoint(flow.Remote.Address, port), flow);
    }
}
