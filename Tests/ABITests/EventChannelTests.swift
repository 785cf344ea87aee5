import Testing
import XenABI

@Suite struct EventChannelNumbers {
  @Test func eventChannelOpHasTheNumbersOfTheHeader() {
    expectNumber(EventChannelOp.bindInterdomain.rawValue, "EVTCHNOP_bind_interdomain")
    expectNumber(EventChannelOp.bindVIRQ.rawValue, "EVTCHNOP_bind_virq")
    expectNumber(EventChannelOp.bindPIRQ.rawValue, "EVTCHNOP_bind_pirq")
    expectNumber(EventChannelOp.close.rawValue, "EVTCHNOP_close")
    expectNumber(EventChannelOp.send.rawValue, "EVTCHNOP_send")
    expectNumber(EventChannelOp.status.rawValue, "EVTCHNOP_status")
    expectNumber(EventChannelOp.allocUnbound.rawValue, "EVTCHNOP_alloc_unbound")
    expectNumber(EventChannelOp.bindIPI.rawValue, "EVTCHNOP_bind_ipi")
    expectNumber(EventChannelOp.bindVCPU.rawValue, "EVTCHNOP_bind_vcpu")
    expectNumber(EventChannelOp.unmask.rawValue, "EVTCHNOP_unmask")
    expectNumber(EventChannelOp.reset.rawValue, "EVTCHNOP_reset")
    expectNumber(EventChannelOp.initControl.rawValue, "EVTCHNOP_init_control")
    expectNumber(EventChannelOp.expandArray.rawValue, "EVTCHNOP_expand_array")
    expectNumber(EventChannelOp.setPriority.rawValue, "EVTCHNOP_set_priority")
  }

  @Test func eventChannelStateHasTheNumbersOfTheHeader() {
    expectNumber(EventChannelState.closed.rawValue, "EVTCHNSTAT_closed")
    expectNumber(EventChannelState.unbound.rawValue, "EVTCHNSTAT_unbound")
    expectNumber(EventChannelState.interdomain.rawValue, "EVTCHNSTAT_interdomain")
    expectNumber(EventChannelState.pirq.rawValue, "EVTCHNSTAT_pirq")
    expectNumber(EventChannelState.virq.rawValue, "EVTCHNSTAT_virq")
    expectNumber(EventChannelState.ipi.rawValue, "EVTCHNSTAT_ipi")
  }

  @Test func bindPIRQFlagsHasTheNumbersOfTheHeader() {
    expectNumber(BindPIRQFlags.willShare, "BIND_PIRQ__WILL_SHARE")
  }

  @Test func eventChannelLimitsHasTheNumbersOfTheHeader() {
    expectNumber(EventChannelLimits.twoLevelPortCount, "EVTCHN_2L_NR_CHANNELS")
    expectNumber(EventChannelLimits.fifoPortCount, "EVTCHN_FIFO_NR_CHANNELS")
    expectNumber(EventChannelLimits.fifoPriorityHighest, "EVTCHN_FIFO_PRIORITY_MAX")
    expectNumber(EventChannelLimits.fifoPriorityDefault, "EVTCHN_FIFO_PRIORITY_DEFAULT")
    expectNumber(EventChannelLimits.fifoPriorityLowest, "EVTCHN_FIFO_PRIORITY_MIN")
    expectNumber(EventChannelLimits.fifoQueueCount, "EVTCHN_FIFO_MAX_QUEUES")
  }

  @Test func fifoEventWordHasTheNumbersOfTheHeader() {
    expectNumber(FIFOEventWord.pendingBit, "EVTCHN_FIFO_PENDING")
    expectNumber(FIFOEventWord.maskedBit, "EVTCHN_FIFO_MASKED")
    expectNumber(FIFOEventWord.linkedBit, "EVTCHN_FIFO_LINKED")
    expectNumber(FIFOEventWord.busyBit, "EVTCHN_FIFO_BUSY")
    expectNumber(FIFOEventWord.linkBits, "EVTCHN_FIFO_LINK_BITS")
    expectNumber(FIFOEventWord.linkMask, "EVTCHN_FIFO_LINK_MASK")
  }
}

@Suite struct EventChannelLayouts {
  @Test func eventChannelAllocUnboundIsLaidOutAsInC() {
    expectLayout(
      of: EventChannelAllocUnbound.self, as: "evtchn_alloc_unbound",
      [
        (\.domain, "dom"),
        (\.remoteDomain, "remote_dom"),
        (\.port, "port"),
      ])
  }

  @Test func eventChannelBindInterdomainIsLaidOutAsInC() {
    expectLayout(
      of: EventChannelBindInterdomain.self, as: "evtchn_bind_interdomain",
      [
        (\.remoteDomain, "remote_dom"),
        (\.remotePort, "remote_port"),
        (\.localPort, "local_port"),
      ])
  }

  @Test func eventChannelBindVIRQIsLaidOutAsInC() {
    expectLayout(
      of: EventChannelBindVIRQ.self, as: "evtchn_bind_virq",
      [
        (\.virq, "virq"),
        (\.vcpu, "vcpu"),
        (\.port, "port"),
      ])
  }

  @Test func eventChannelBindPIRQIsLaidOutAsInC() {
    expectLayout(
      of: EventChannelBindPIRQ.self, as: "evtchn_bind_pirq",
      [
        (\.pirq, "pirq"),
        (\.flags, "flags"),
        (\.port, "port"),
      ])
  }

  @Test func eventChannelBindIPIIsLaidOutAsInC() {
    expectLayout(
      of: EventChannelBindIPI.self, as: "evtchn_bind_ipi",
      [
        (\.vcpu, "vcpu"),
        (\.port, "port"),
      ])
  }

  @Test func eventChannelCloseIsLaidOutAsInC() {
    expectLayout(
      of: EventChannelClose.self, as: "evtchn_close",
      [
        (\.port, "port")
      ])
  }

  @Test func eventChannelSendIsLaidOutAsInC() {
    expectLayout(
      of: EventChannelSend.self, as: "evtchn_send",
      [
        (\.port, "port")
      ])
  }

  @Test func eventChannelStatusIsLaidOutAsInC() {
    expectLayout(
      of: EventChannelStatus.self, as: "evtchn_status",
      [
        (\.domain, "dom"),
        (\.port, "port"),
        (\.status, "status"),
        (\.vcpu, "vcpu"),
        (\.remoteDomain, "u.interdomain.dom"),
        (\.remotePort, "u.interdomain.port"),
      ])
  }

  @Test func eventChannelBindVCPUIsLaidOutAsInC() {
    expectLayout(
      of: EventChannelBindVCPU.self, as: "evtchn_bind_vcpu",
      [
        (\.port, "port"),
        (\.vcpu, "vcpu"),
      ])
  }

  @Test func eventChannelUnmaskIsLaidOutAsInC() {
    expectLayout(
      of: EventChannelUnmask.self, as: "evtchn_unmask",
      [
        (\.port, "port")
      ])
  }

  @Test func eventChannelResetIsLaidOutAsInC() {
    expectLayout(
      of: EventChannelReset.self, as: "evtchn_reset",
      [
        (\.domain, "dom")
      ])
  }

  @Test func eventChannelInitControlIsLaidOutAsInC() {
    expectLayout(
      of: EventChannelInitControl.self, as: "evtchn_init_control",
      [
        (\.controlGFN, "control_gfn"),
        (\.offset, "offset"),
        (\.vcpu, "vcpu"),
        (\.linkBits, "link_bits"),
        (\.reserved, "_pad"),
      ])
  }

  @Test func eventChannelExpandArrayIsLaidOutAsInC() {
    expectLayout(
      of: EventChannelExpandArray.self, as: "evtchn_expand_array",
      [
        (\.arrayGFN, "array_gfn")
      ])
  }

  @Test func eventChannelSetPriorityIsLaidOutAsInC() {
    expectLayout(
      of: EventChannelSetPriority.self, as: "evtchn_set_priority",
      [
        (\.port, "port"),
        (\.priority, "priority"),
      ])
  }

  @Test func fifoControlBlockIsLaidOutAsInC() {
    expectLayout(
      of: FIFOControlBlock.self, as: "evtchn_fifo_control_block",
      [
        (\.ready, "ready"),
        (\.reserved, "_rsvd"),
        (\.head, "head"),
      ])
  }

  @Test func fifoControlBlockLayoutHasTheOffsetsOfTheHeader() {
    expectOffset(FIFOControlBlockLayout.ready, of: "ready", in: "evtchn_fifo_control_block")
    expectOffset(FIFOControlBlockLayout.head, of: "head", in: "evtchn_fifo_control_block")
    expectSize(FIFOControlBlockLayout.size, of: "evtchn_fifo_control_block")
  }
}
