using System.Net;

namespace MediaEngine.Media;

/// <summary>Where the participants of a call send: what the control plane writes into its SDP.</summary>
public sealed record MediaEndpoints(IPEndPoint Audio, IPEndPoint Floor);
