using System.Text;
using MediaEngine.Mcx;
using MediaEngine.Sip;

namespace MediaEngine.Control.Tests.Mcx;

// Dialogs in which time passes.
internal sealed partial class McSystemHarness
{
    /// <summary>As <see cref="Call"/>, with more headers; null while it is unanswered.</summary>
    public SipResponse? CallWith(string name, string group, params IReadOnlyList<(string Name, string Value)> headers)
    {
        SipRequest request = NewRequest(name, SipMethods.Invite, "sip:mcptt@mcx.example", "sip:mcptt@mcx.example");
        request.Headers.Add("Contact", $"<sip:u-{name}@192.0.2.{HostOf(name)}:5060>");
        request.Headers.Add("Accept-Contact", "*;+g.3gpp.mcptt;require;explicit");
        foreach ((string header, string value) in headers)
            request.Headers.Add(header, value);
        SetBody(request,
            new MimePart(ContentTypes.Sdp, Offer(name, implicitRequest: false, floor: null).Serialise()),
            new MimePart(ContentTypes.McpttInfo, new McpttInfo { SessionType = "prearranged", RequestUri = group, ClientId = ClientIdOf(name) }.Serialise()));
        PendingInvite = (name, request, new SipTransactionId(++_lastTransaction));
        return Deliver(name, request, PendingInvite.Value.Transaction);
    }

    /// <summary>A request within the dialog, with the client's media offered as that version of the description; 0 = nothing is offered.</summary>
    public SipResponse Within(string name, SipDialog dialog, string method, ulong version = 0, int? port = null, params IReadOnlyList<(string Name, string Value)> headers)
    {
        SipRequest request = dialog.CreateRequest(method);
        request.Headers.Add("Contact", $"<sip:u-{name}@192.0.2.{HostOf(name)}:5060>");
        foreach ((string header, string value) in headers)
            request.Headers.Add(header, value);
        if (version > 0)
        {
            SessionDescription offer = Offer(name, implicitRequest: false, floor: null) with { SessionVersion = version };
            if (port is { } other)
                offer = offer with { Media = [offer.Media[0] with { Port = other }, offer.Media[1]] };
            request.SetBody(ContentTypes.Sdp, offer.Serialise());
        }
        return Send(name, request);
    }

    /// <summary>The one request of the method that waits for the client.</summary>
    public SipRequest Waiting(string name, string method) => Unanswered.Single(sent => sent.To == name && sent.Request.Method == method).Request;

    /// <summary>The client answers the one request of the method that waits for it; provisional responses leave it waiting.</summary>
    /// <param name="sdp">Null = none, "" = the client's usual media.</param>
    public SipDialog Respond(string name, string method, int status, string? sdp = null, params IReadOnlyList<(string Name, string Value)> headers)
    {
        (long token, _, SipRequest request) = Unanswered.Single(sent => sent.To == name && sent.Request.Method == method);
        var response = SipResponse.For(request, status, toTag: $"tag-{name}");
        response.Headers.Add("Contact", $"<sip:u-{name}@192.0.2.{HostOf(name)}:5060>");
        foreach ((string header, string value) in headers)
            response.Headers.Add(header, value);
        if (sdp is not null)
            response.SetBody(ContentTypes.Sdp, sdp.Length == 0 ? Offer(name, implicitRequest: false, floor: null).Serialise() : Encoding.ASCII.GetBytes(sdp));
        if (status >= 200)
            _sent.Remove(token);
        Ladder.Add($"{name} → server: {status} {method}");
        Run((system, effects) => system.ReceiveResponse(token, response, Now, effects));
        return SipDialog.FromServer(request, response);
    }

    /// <summary>The request gets no answer.</summary>
    public void Lose(string name, string method, string reason = "Timeout")
    {
        long token = Unanswered.Single(sent => sent.To == name && sent.Request.Method == method).Token;
        _sent.Remove(token);
        Run((system, effects) => system.ReceiveFailure(token, reason, Now, effects));
    }
}
