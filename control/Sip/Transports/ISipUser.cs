namespace MediaEngine.Sip;

/// <summary>
/// Who uses a <see cref="SipStack"/>. Every call comes on the stack's thread: return soon, hand long work elsewhere.
/// </summary>
public interface ISipUser
{
    /// <summary>
    /// It has enough to do: what wires bring waits in the stack, where requests that grew old are dropped, but for urgent ones. Looked
    /// at often.
    /// </summary>
    bool IsBusy => false;

    /// <summary>
    /// The answer to a request, perhaps a repeated one, of which nothing is to be remembered (RFC 3261 8.2.7), such as a challenge; null:
    /// it becomes a transaction and comes to <see cref="OnRequest"/>. ACK and CANCEL are not asked about.
    /// </summary>
    SipResponse? AnswerAtOnce(SipRequest request) => null;

    /// <summary>
    /// A new request; answer it with <see cref="SipStack.Respond"/>. The ACK for a 2xx comes with transaction 0 and is not
    /// answered. A CANCEL comes with its INVITE's transaction, already answered 200: answer the INVITE 487.
    /// </summary>
    void OnRequest(SipTransactionId transaction, SipRequest request, SipFlow flow);

    /// <summary>Provisional and final responses, every 2xx to an INVITE included (ACK each).</summary>
    void OnResponse(object token, SipResponse response);

    /// <summary>The request of that token ended without a final response; or <see cref="SipFailure.NoAck"/>.</summary>
    void OnFailure(object token, SipFailure failure);

    /// <summary>A connection closed.</summary>
    void OnFlowClosed(SipFlow flow);
}
