namespace MediaEngine.Sip;

/// <summary>The output of one or more calls of a <see cref="SipTransactionLayer"/>, in order. Reusable.</summary>
public sealed class SipEffects
{
    private readonly List<SipEffect> _items = [];

    public int Count => _items.Count;

    public SipEffect this[int index] => _items[index];

    public void Clear() => _items.Clear();

    internal void Send(SipTransactionId transaction, ReadOnlyMemory<byte> bytes, SipDestination destination) =>
        _items.Add(new SipEffect { Kind = SipEffectKind.Send, Transaction = transaction, Bytes = bytes, Destination = destination });

    internal void DeliverRequest(SipTransactionId transaction, SipRequest request, SipFlow flow) =>
        _items.Add(new SipEffect { Kind = SipEffectKind.DeliverRequest, Transaction = transaction, Message = request, Flow = flow });

    internal void DeliverResponse(SipTransactionId transaction, object token, SipResponse response) =>
        _items.Add(new SipEffect { Kind = SipEffectKind.DeliverResponse, Transaction = transaction, Token = token, Message = response });

    internal void Failed(SipTransactionId transaction, object token, SipFailure failure) =>
        _items.Add(new SipEffect { Kind = SipEffectKind.Failed, Transaction = transaction, Token = token, Failure = failure });
}
