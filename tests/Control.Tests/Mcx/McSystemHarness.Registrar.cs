using System.Net;
using MediaEngine.Mcx;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Mcx;

// Clients with several contacts, flows or proxies.
internal sealed partial class McSystemHarness
{
    private readonly Dictionary<string, uint> _registerCSeqs = [];

    /// <summary>The next REGISTER of a device, with its own Call-ID, over its own flow; a body when the user is no telephone.</summary>
    /// <param name="headers">Lines such as <c>Contact: …</c>; Via for what a proxy brings.</param>
    public SipResponse RegisterFrom(string device, string name, params string[] headers)
    {
        SipRequest Make()
        {
            SipRequest request = NewRequest(name, SipMethods.Register, $"sip:{TestOrganisation.Domain}", $"sip:u-{name}@{TestOrganisation.Domain}");
            uint cseq = _registerCSeqs[device] = _registerCSeqs.GetValueOrDefault(device) + 1;
            request.Headers.Set("Call-ID", device);
            request.Headers.Set("CSeq", $"{cseq} REGISTER");
            foreach (string[] header in headers.Select(line => line.Split(": ", 2)))
                request.Headers.Add(header[0], header[1]);
            if (name != "phone")
                request.SetBody(ContentTypes.McpttInfo, new McpttInfo { ClientId = ClientIdOf(name) }.Serialise());
            return request;
        }

        SipResponse challenge = Send(device, Make());
        Assert.Equal(401, challenge.Status);
        SipRequest request = Make();
        AddCredentials(request, name, challenge.Headers.GetAll("WWW-Authenticate"));
        return Send(device, request);
    }

    /// <summary>What a device's messages come over from now on.</summary>
    public SipFlow SetFlow(string device, SipTransportKind transport, string remote, long connection) =>
        _flows[device] = new SipFlow(transport, new IPEndPoint(IPAddress.Loopback, 5060), IPEndPoint.Parse(remote), connection);
}
