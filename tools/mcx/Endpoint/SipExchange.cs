using MediaEngine.Sip;

namespace MediaEngine.Tool;

/// <summary>One request on its way: the stack's token for it.</summary>
internal sealed class SipExchange(SipRequest request)
{
    private readonly TaskCompletionSource<SipResponse> _final = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SipRequest Request { get; } = request;

    /// <summary>The final response; fails with <see cref="ToolException"/> when none came.</summary>
    public Task<SipResponse> Final => _final.Task;

    /// <summary>The early dialogs of an INVITE.</summary>
    public EarlyDialogs? Early { get; } = request.Method == SipMethods.Invite ? new EarlyDialogs(request) : null;

    /// <summary>What a repeated 2xx to an INVITE is answered with (RFC 3261 13.2.2.4).</summary>
    public SipRequest? Ack { get; set; }

    public bool TryComplete(SipResponse response) => _final.TrySetResult(response);

    public void Fail(ToolException error) => _final.TrySetException(error);
}
